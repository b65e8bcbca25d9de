/** What forwarding must know of the node that it is computed for. Addresses and CIDRs in canonical text, of both families together. */
export interface NodeFacts {
  readonly name: string
  /** Label `topology.kubernetes.io/zone`; undefined where the node has none. */
  readonly zone: string | undefined
  /** The addresses on which NodePorts answer. */
  readonly nodeAddresses: readonly string[]
  /** Where pods live, in the whole cluster: a source in here is a pod, all others are outside. */
  readonly podCidrs: readonly string[]
  /** Where ClusterIPs live: what no Service has there is dropped. */
  readonly serviceCidrs: readonly string[]
}
