import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { CLIENTS, PODS, POLICIES_A_TEAM, places, podOf, policyOf, SERVERS, TEAMS } from './cluster.ts'

interface Turn {
  readonly number: number
  readonly pod: Pod
  readonly policy: NetworkPolicy
  /** The first ones warm up. */
  readonly counts: boolean
}

const WARM_UP = 50
/** Not a divisor of anything here, so that turns go through all teams and tiers. */
const STEP = 7919

/**
 * Changes one after the other: a pod anywhere has another tier, and a policy that selects a pod of this node, as nearly all do,
 * other ports or another range. Of the policies the first of a team says nothing that can change.
 */
export function* changesOf(count: number): Iterable<Turn> {
  const at = places()
  const fixed = SERVERS + CLIENTS
  for (let number = 0; number < count + WARM_UP; number++) {
    const index = fixed + ((number * STEP) % (PODS - fixed))
    const [node, place] = at[index] as readonly [number, number]
    const version = 1 + Math.floor(number / TEAMS)
    yield {
      number,
      pod: podOf(index, node, place, version),
      policy: policyOf((number * STEP) % TEAMS, 1 + ((number * 4) % (POLICIES_A_TEAM - 1)), version),
      counts: number >= WARM_UP,
    }
  }
}
