import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Event } from '#api/core/event/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'
import type { ResolvConf } from '#names/resolv-conf.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { Labels } from '#objects/object.ts'
import type { Unseen } from '../trace/unseen.ts'
import type { GatewayFacts } from './gateway-facts.ts'
import type { ToldKernel } from './told-kernels.ts'

/** A socket that takes connections or datagrams. `0.0.0.0` and `::` take them at every address. */
export interface ListeningSocket {
  readonly protocol: Protocol
  readonly address: string
  readonly port: number
}

/**
 * What the walk knows: objects as the API has them, and what no API tells. Plain data, so that it may come from any
 * cluster, or from a file.
 */
export interface ClusterFacts {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly pods: readonly Pod[]
  readonly nodes: readonly Node[]
  readonly deployments: readonly Deployment[]
  readonly replicaSets?: readonly ReplicaSet[]
  readonly events: readonly Event[]
  readonly namespaces: readonly string[]
  /** By the namespace’s name. */
  readonly namespaceLabels?: Readonly<Record<string, Labels>>
  /** Absent where no pod waits with claims, or where they cannot be seen: then claims are not looked at. */
  readonly storage?: VolumeFacts
  /** Absent where they cannot be seen, or those of namespaces’ labels: then policies are not looked at. */
  readonly policies?: PolicyObjects
  /** Absent where the cluster has none, or nobody can see any. */
  readonly gateways?: GatewayFacts
  readonly network: NetworkFacts
  /** By `pod/UID`, `node/NAME` and `host`; what is not in it is not known. */
  readonly listening: Readonly<Record<string, readonly ListeningSocket[]>>
  /** Nodes whose agent told that all Services are written to their kernel, but for those refused. */
  readonly kernels: readonly string[]
  /** By node, of those that were asked about this very packet; left out where nobody was. */
  readonly told?: Readonly<Record<string, ToldKernel>>
  /** Services that a node's kernel refused, as the agents tell: there the model says what should be, not what is. */
  readonly refused: readonly { readonly node: string; readonly service: string; readonly message: string }[]
  /** Images that can be had here; empty: not known. */
  readonly images: readonly string[]
  /** What nobody could look at. */
  readonly unseen?: readonly Unseen[]
}

export interface PolicyObjects {
  readonly policies: readonly NetworkPolicy[]
  readonly clusterPolicies: readonly ClusterNetworkPolicy[]
}

export interface VolumeFacts {
  readonly claims: readonly PersistentVolumeClaim[]
  readonly volumes: readonly PersistentVolume[]
  readonly classes: readonly StorageClass[]
}

/** Of the cluster as it was made. CIDRs and addresses are canonical text, both families together. */
interface NetworkFacts {
  /**
   * A cluster that is not ours, known by its API alone: the network around it is not known, and ours may not be taken
   * for it.
   */
  readonly foreign?: boolean
  readonly podCidrs: readonly string[]
  readonly serviceCidrs: readonly string[]
  readonly loadBalancerCidrs: readonly string[]
  /** Of the machine that stands beside the nodes and reaches Services over the fabric. */
  readonly hostAddresses: readonly string[]
  readonly clusterDomain: string
  /** The machine's own; undefined: not known. */
  readonly resolvConf?: ResolvConf
  /** Each node answers for the cluster's DNS at its own addresses. */
  readonly dnsOnNodes?: boolean
  readonly nodePortRange: { readonly from: number; readonly to: number }
  /** CIDRs; NodePorts answer on a node's addresses within them, on all where there are none. */
  readonly nodePortAddresses: readonly string[]
  /** `none`: Services of type LoadBalancer get no address. */
  readonly loadBalancer: 'pool' | 'none'
  /** Whether pods are let out of the cluster. */
  readonly egress: boolean
}
