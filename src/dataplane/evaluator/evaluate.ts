import type { Hop } from './hop.ts'
import type { LoadedRuleset } from './loaded-ruleset.ts'
import type { Packet, Refusal, Verdict } from './packet.ts'
import { type Surroundings, Walk } from './walk.ts'

export interface Outcome {
  readonly verdict: Verdict
  /** By which it is routed, where rules set one. */
  readonly mark: number
  readonly hops: readonly Hop[]
}

/**
 * Walks the rules with a packet, as the kernel would: the very rules and elements that are sent to it, at each hook that
 * it passes, in the order of their priorities. Pins are learned in `ruleset.pins`.
 */
export function evaluate(ruleset: LoadedRuleset, packet: Packet, surroundings: Surroundings): Outcome {
  const walk = new Walk(ruleset, packet, surroundings)
  const refused = packet.fromNode ? sent(walk) : received(walk)
  const { translatedTo: to, isMasqueraded: masquerade, mark, hops } = walk
  const passed: Verdict = to === undefined ? { kind: 'pass' } : { kind: 'dnat', to, masquerade }
  return { verdict: refused ?? passed, mark, hops }
}

/** What the node sends to itself leaves it, and comes in again. */
const sent = (walk: Walk): Refusal | undefined =>
  walk.through('output') ?? walk.through('postrouting') ?? (walk.isForNode ? received(walk) : undefined)

const received = (walk: Walk): Refusal | undefined =>
  walk.through('prerouting') ??
  (walk.isForNode ? walk.through('input') : (walk.through('forward') ?? walk.through('postrouting')))

/** Every outcome that the packet can have, one for each backend that it may be given. Pins are looked at, and not changed. */
export function possibleOutcomes(
  ruleset: LoadedRuleset,
  packet: Packet,
  isNode: (address: string) => boolean,
  now = 0,
): readonly Outcome[] {
  const outcomes: Outcome[] = []
  const pins = new Map(ruleset.pins)
  // Odometer over the random choices that the walk asks for.
  let choices: number[] = []
  for (;;) {
    const sizes: number[] = []
    const random = (n: number) => {
      sizes.push(n)
      return choices[sizes.length - 1] ?? 0
    }
    outcomes.push(evaluate(ruleset, packet, { random, isNode, now }))
    ruleset.pins.clear()
    for (const [key, pin] of pins) ruleset.pins.set(key, pin)
    const next = sizes.map((_, index) => choices[index] ?? 0)
    let at = next.length - 1
    while (at >= 0 && (next[at] as number) + 1 >= (sizes[at] as number)) at--
    if (at < 0) return outcomes
    choices = [...next.slice(0, at), (next[at] as number) + 1]
  }
}
