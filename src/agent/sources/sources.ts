import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { RuntimeClass } from '#api/node/runtimeclass/message.ts'
import type { Informer } from '#client/informer.ts'
import type { DnsCounts } from '#dns/dns-counts.ts'
import type { DnsSockets } from '#dns/server.ts'
import type { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import type { ObjectStore } from '#kubelet/context.ts'
import type { Zone } from '#names/zone.ts'
import type { BalancingFeed } from '#pools/balancing-feed.ts'
import type { Runtime } from '#runtime/runtime.ts'
import type { BesideZone } from './beside-zone.ts'
import type { PolicyFeed } from './policy-feed.ts'
import type { ServiceFeed } from './service-feed.ts'

/** What the places of one process share, each made when the first part needs it. */
export interface Sources {
  /** Services with their slices. */
  readonly services: ServiceFeed
  readonly serviceObjects: Informer<Service>
  readonly pods: Informer<Pod>
  readonly nodes: Informer<Node>
  readonly runtimeClasses: Informer<RuntimeClass>
  readonly configMaps: ObjectStore<ConfigMap>
  readonly secrets: ObjectStore<Secret>
  readonly claims: Informer<PersistentVolumeClaim>
  readonly volumes: Informer<PersistentVolume>
  readonly runtime: Runtime
  readonly dns: NameServer
  readonly policies: PolicyFeed
  /** Pools of addresses, and how they are announced. */
  readonly balancing: BalancingFeed
}

export type SourceName = keyof Sources

/** The cluster's DNS, which answers for all places of the process, each at its own sockets. */
export interface NameServer {
  /** Resolves when it knows all that there is. */
  readonly filled: Promise<void>
  /** Answers at these too. What is given closes them. */
  add(sockets: DnsSockets<DatagramServer>): () => void
  /** What was answered so far, for all places: `NOERROR` → 12. */
  answeredByName(): ReadonlyMap<string, number>
  readonly zone: Zone
  /** What answers beside the zone; another, from now on. */
  readonly beside: BesideZone
  configure(beside: BesideZone): void
  /** Asks each nameserver that it has whether it leads back to us; `loops` are those that did when they were asked last. */
  lookForLoops(): Promise<void>
  readonly loops: readonly string[]
  /** All that was counted so far. */
  counts(): DnsCounts
  /** Queries that wait for an upstream. */
  readonly pending: number
}
