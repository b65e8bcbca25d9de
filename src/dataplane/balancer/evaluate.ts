import { evaluate } from '../evaluator/evaluate.ts'
import type { Hop } from '../evaluator/hop.ts'
import type { LoadedRuleset } from '../evaluator/loaded-ruleset.ts'
import type { Packet, Refusal } from '../evaluator/packet.ts'
import type { Surroundings } from '../evaluator/walk.ts'

/** What becomes of a packet at the fabric. `route`: no Service's; it goes where the routes lead, if anywhere. */
type BalancerVerdict = { readonly kind: 'node'; readonly mark: number } | { readonly kind: 'route' } | Refusal

interface BalancerOutcome {
  readonly verdict: BalancerVerdict
  readonly hops: readonly Hop[]
}

/** Walks the load balancer's rules with a packet, as the kernel would. Pins are learned in `ruleset.pins`. */
export function evaluateBalancer(
  ruleset: LoadedRuleset,
  packet: Packet,
  surroundings: Omit<Surroundings, 'isNode'>,
): BalancerOutcome {
  // Nothing that comes to it is for itself.
  const { verdict, mark, hops } = evaluate(ruleset, packet, { ...surroundings, isNode: () => false })
  if (verdict.kind === 'drop' || verdict.kind === 'reject') return { verdict, hops }
  return { verdict: mark === 0 ? { kind: 'route' } : { kind: 'node', mark }, hops }
}
