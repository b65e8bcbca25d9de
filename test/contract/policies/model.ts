import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'

/** The objects of a cluster, as the API has them. */
export interface PolicyCluster {
  readonly namespaces: readonly Namespace[]
  readonly pods: readonly Pod[]
  readonly nodes: readonly Node[]
  readonly policies: readonly NetworkPolicy[]
  readonly clusterPolicies: readonly ClusterNetworkPolicy[]
  /** Nodes answer for the cluster's DNS at this port, as the pods of kube-system that are labelled so would. */
  readonly dns?: {
    readonly labels: Readonly<Record<string, string>>
    readonly port: number
    /** That those pods have for their ports. */
    readonly names: readonly { readonly name: string; readonly protocol: string; readonly number: number }[]
  }
}

/** The first packet of a connection, after translation and before masquerade. */
export interface Traffic {
  readonly source: string
  readonly destination: string
  /** Whatever else has no ports. */
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP'
  readonly port: number
}
