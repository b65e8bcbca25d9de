import { containsCidr, formatCidr, parseCidr } from '#net/cidr.ts'
import { familyOfText } from '#net/per-family.ts'
import { type ClusterWays, OWN } from './cluster-ways.ts'

export interface EgressOptions {
  /** Where pods of the cluster live, and what else knows pods by their own addresses. CIDRs. */
  readonly inside: readonly string[]
  /** `auto`: where pods have addresses that lead nowhere outside (RFC 4193). */
  readonly ipv6: 'auto' | 'always' | 'never'
}

/** Which packets of this node's pods leave with the node's address: canonical texts. */
export interface Egress {
  readonly pods: readonly string[]
  /** Ranges to which they keep their own, none within another. */
  readonly inside: readonly string[]
  /** Addresses to which they do. */
  readonly nodes: readonly string[]
}

const NOTHING: Egress = { pods: [], inside: [], nodes: [] }
/** Unique local addresses, RFC 4193. */
const LOCAL = parseCidr('fc00::/7')

/** Those that no other one holds, each once. */
const outermost = (texts: readonly string[]): readonly string[] => {
  const cidrs = [...new Set(texts)].map(parseCidr)
  return cidrs.filter((one) => !cidrs.some((other) => other !== one && containsCidr(other, one))).map(formatCidr)
}

const isHeld = (ranges: readonly string[], text: string): boolean =>
  ranges.some((range) => containsCidr(parseCidr(range), parseCidr(text)))

/** What each key of the ways adds to the masquerade of what leaves the cluster. */
export class ClusterEgress {
  readonly #ways: Pick<ClusterWays, 'own' | 'nodes' | 'owned'>
  readonly #options: EgressOptions
  readonly #inside: readonly string[]

  constructor(ways: Pick<ClusterWays, 'own' | 'nodes' | 'owned'>, options: EgressOptions) {
    this.#ways = ways
    this.#options = options
    this.#inside = outermost(options.inside)
  }

  of(key: string): Egress {
    const { own, nodes } = this.#ways
    if (own === undefined) return NOTHING
    const fresh = (ranges: readonly string[]) => ranges.filter((range) => !isHeld(this.#inside, range))
    if (key === OWN) {
      const pods = own.podCidrs.filter((cidr) => this.#leavesWithAnother(cidr))
      return { pods, inside: [...this.#inside, ...fresh(own.podCidrs)], nodes: own.addresses }
    }
    const node = nodes.get(key)
    if (node === undefined || key === own.name) return NOTHING
    return { pods: [], inside: fresh(this.#ways.owned(key)), nodes: node.addresses }
  }

  #leavesWithAnother(cidr: string): boolean {
    if (familyOfText(cidr) === 'IPv4') return true
    const { ipv6 } = this.#options
    return ipv6 === 'auto' ? containsCidr(LOCAL, parseCidr(cidr)) : ipv6 === 'always'
  }
}
