import { containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'

/**
 * The addresses of a node on which its NodePorts answer: those within `ranges` (kube-proxy's --nodeport-addresses), all
 * where none is given.
 */
export const nodePortAddresses = (addresses: readonly string[], ranges: readonly string[]): readonly string[] =>
  ranges.length === 0
    ? addresses
    : addresses.filter((address) => ranges.some((range) => containsAddress(parseCidr(range), parseAddress(address))))

/**
 * What forwarding must know of the node that it is computed for. Addresses and CIDRs in canonical text, of both
 * families together.
 */
export interface NodeFacts {
  readonly name: string
  /** Label `topology.kubernetes.io/zone`; undefined where the node has none. */
  readonly zone: string | undefined
  /** The addresses on which NodePorts answer. */
  readonly nodeAddresses: readonly string[]
  /** Where pods live, in the whole cluster: a source in here is a pod, all others are outside. */
  readonly podCidrs: readonly string[]
  /**
   * Where this node's own pods live, and the address of the node that they see in place of a masqueraded client's: by
   * it the kernel need not search for one. Answers of pods that are not in here do not come by this node of themselves.
   */
  readonly ownPods: readonly { readonly cidr: string; readonly masqueradeAs: string }[]
  /** Where ClusterIPs live: what no Service has there is dropped. */
  readonly serviceCidrs: readonly string[]
  /** Where load balancer addresses live: what comes in from outside for one that no Service has there is refused. */
  readonly balancedCidrs?: readonly string[]
}
