import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { selects } from '#objects/label-selector.ts'
import { type BenchCluster, CLIENTS, HERE, PODS, POLICIES_A_TEAM, places, podOf, policyOf, SERVERS } from './cluster.ts'

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

/** Whether a policy selects one of these pods. */
export const selectsAny = ({ metadata, spec }: NetworkPolicy, pods: readonly Pod[]): boolean =>
  pods.some(
    (pod) => pod.metadata?.namespace === metadata?.namespace && selects(spec?.podSelector, pod.metadata?.labels),
  )

/**
 * Changes one after the other: a pod anywhere becomes one of the tier web, or is one no more; and a policy that selects a pod
 * of this node, since others cost nothing here, has other ports or another range. The first policy of a team says nothing that
 * can change.
 */
export function* changesOf({ pods, policies }: BenchCluster, count: number): Iterable<Turn> {
  const at = places()
  const fixed = SERVERS + CLIENTS
  const local = pods.filter(({ spec }) => spec?.nodeName === HERE)
  const inUse = policies.flatMap((policy, index) =>
    index % POLICIES_A_TEAM > 0 && selectsAny(policy, local) ? [index] : [],
  )
  for (let number = 0; number < count + WARM_UP; number++) {
    const index = fixed + ((number * STEP) % (PODS - fixed))
    const [node, place] = at[index] as readonly [number, number]
    const which = inUse[(number * STEP) % inUse.length] as number
    const version = 1 + Math.floor(number / inUse.length)
    yield {
      number,
      pod: podOf(index, node, place, 1),
      policy: policyOf(Math.floor(which / POLICIES_A_TEAM), which % POLICIES_A_TEAM, version),
      counts: number >= WARM_UP,
    }
  }
}
