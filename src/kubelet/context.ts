import type { Lease } from '#api/coordination/lease/message.ts'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Event } from '#api/core/event/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Taint } from '#api/core/node/taint.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { ServiceAccount } from '#api/core/serviceaccount/message.ts'
import type { RuntimeClass } from '#api/node/runtimeclass/message.ts'
import type { Resource } from '#api/resource.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'
import type { Client } from '#client/client.ts'
import type { Handlers } from '#client/informer.ts'
import type { Clock } from '#clock/clock.ts'
import type { ClusterResolver } from '#names/pod-resolver.ts'
import type { Runtime } from '#runtime/runtime.ts'
import type { PodFacts } from './env/field-ref.ts'
import type { NodeSecurity } from './node/node-security.ts'
import type { Dialer, PodNetwork } from './pod-network.ts'
import type { StatusWriter } from './status/status-writer.ts'
import type { Mounter } from './volumes/mounter.ts'

/** A cache of one kind; an Informer of `#client` is one. It may hold the objects of other nodes too. */
export interface ObjectSource<T> {
  addHandlers(handlers: Handlers<T>): () => void
  readonly lister: { list(namespace?: string): readonly T[]; get(name: string, namespace?: string): T | undefined }
  readonly hasSynced: Promise<void>
}

/** Single objects that pods refer to. */
export interface ObjectStore<T> {
  /** Undefined where it does not exist. */
  get(namespace: string, name: string): Promise<T | undefined>
  /** Calls back after each change of that object; the result ends it. */
  watch(namespace: string, name: string, onChange: () => void): () => void
}

export interface KubeletResources {
  readonly pods: Resource<Pod>
  readonly nodes: Resource<Node>
  readonly events: Resource<Event>
  readonly serviceAccounts: Resource<ServiceAccount>
  readonly claims: Resource<PersistentVolumeClaim>
  readonly volumes: Resource<PersistentVolume>
  readonly storageClasses: Resource<StorageClass>
  /** Absent: no Lease is kept. */
  readonly leases?: Resource<Lease>
}

export interface KubeletNode {
  readonly name: string
  /** IPv4 before IPv6, or one of them; canonical text. */
  readonly addresses: readonly string[]
  readonly podCidrs: readonly string[]
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  /** As labels: what the Node is made with, and nobody's but the API's afterwards. */
  readonly taints?: readonly Taint[]
}

export type Recorder = (
  pod: Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  container?: string,
) => void

/** What the workers of one kubelet share. */
export interface KubeletContext extends NodeSecurity {
  readonly node: KubeletNode
  readonly client: Client
  readonly resources: KubeletResources
  readonly services: Pick<ObjectSource<Service>, 'lister'>
  readonly runtimeClasses: Pick<ObjectSource<RuntimeClass>, 'lister'>
  readonly configMaps: ObjectStore<ConfigMap>
  readonly secrets: ObjectStore<Secret>
  readonly runtime: Runtime
  readonly network: PodNetwork
  readonly dialer: Dialer
  readonly clock: Clock
  readonly stateDir: string
  readonly dns: ClusterResolver
  readonly hostsFile: string
  readonly allocatable: PodFacts['allocatable']
  /** The Node as the server has it, or as we want it where it has none yet. */
  readonly self: () => Node
  /** The pods that have something of this node. */
  readonly neighbours: () => readonly Pod[]
  readonly mounter: Mounter
  readonly record: Recorder
  readonly statuses: StatusWriter
  readonly log: (message: string, error?: unknown) => void
}
