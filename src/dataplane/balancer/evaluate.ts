import type { LoadedRuleset } from '../nftables/loaded-ruleset.ts'
import { type Hop, type Packet, type Surroundings, Walk } from '../nftables/walk.ts'

/** What becomes of a packet at the fabric. `route`: no Service's; it goes where the routes lead, if anywhere. */
export type BalancerVerdict =
  | { readonly kind: 'node'; readonly mark: number }
  | { readonly kind: 'route' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: 'tcp-reset' | 'port-unreachable' }

export interface BalancerOutcome {
  readonly verdict: BalancerVerdict
  readonly hops: readonly Hop[]
}

/** Walks the load balancer's rules with a packet, as the kernel would. Pins are learned in `ruleset.pins`. */
export function evaluateBalancer(
  ruleset: LoadedRuleset,
  packet: Packet,
  surroundings: Omit<Surroundings, 'isNode'>,
): BalancerOutcome {
  const walk = new Walk(ruleset, packet, { ...surroundings, isNode: () => false })
  const step = walk.chain('balance')
  const { hops } = walk
  if (typeof step !== 'object' || step.kind === 'pass' || step.kind === 'dnat')
    return { verdict: walk.mark === 0 ? { kind: 'route' } : { kind: 'node', mark: walk.mark }, hops }
  return { verdict: step, hops }
}
