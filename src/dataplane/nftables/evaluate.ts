import type { LoadedRuleset } from './loaded-ruleset.ts'
import { type Hop, type Packet, type Surroundings, type Verdict, Walk } from './walk.ts'

export { LoadedRuleset, type Pin } from './loaded-ruleset.ts'
export type { Endpoint, Hop, Packet, Surroundings, Verdict } from './walk.ts'

export interface Outcome {
  readonly verdict: Verdict
  readonly hops: readonly Hop[]
}

/** Walks the rules with a packet, as the kernel would: the very rules and elements that are sent to it. Pins are learned in `ruleset.pins`. */
export function evaluate(ruleset: LoadedRuleset, packet: Packet, surroundings: Surroundings): Outcome {
  const walk = new Walk(ruleset, packet, surroundings)
  const { hops } = walk
  const forged = packet.fromNode ? 'return' : walk.chain('own-source')
  if (typeof forged === 'object') return { verdict: forged, hops }
  const first = walk.chain(packet.fromNode ? 'nat-output' : 'nat-prerouting')
  if (typeof first === 'object' && first.kind !== 'dnat') return { verdict: first, hops }
  const second = walk.chain('nat-postrouting')
  const masquerade = typeof second === 'object' && second.kind === 'dnat' && second.masquerade
  const to = walk.translatedTo
  return { verdict: to === undefined ? { kind: 'pass' } : { kind: 'dnat', to, masquerade }, hops }
}

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
