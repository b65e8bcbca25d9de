import type { Protocol } from '#net/port-protocol.ts'
import type { Accord, Met, Observation } from '../trace/live.ts'
import type { Trace } from '../trace/trace.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'

interface Agreement {
  readonly accord: Accord
  readonly met: readonly Met[]
}

/** Whether an outcome of the model is what a probe met: the way that it went, and the answer that came back. */
function accordOf(outcome: PathOutcome, { answer, translation }: Observation, protocol: Protocol): Accord {
  const { backend, sourceSeen, node, translated = false } = outcome
  // What a node's policies drop it forgets as it goes: that it was translated there nobody sees any more.
  const sameWay =
    translation === undefined
      ? !translated || outcome.verdict === 'denied'
      : translated &&
        backend?.address === translation.backend.address &&
        backend.port === translation.backend.port &&
        sourceSeen === translation.sourceSeen &&
        node === translation.node
  if (!sameWay) return 'disagree'
  const when = (fits: boolean): Accord => (fits ? 'agree' : 'disagree')
  switch (outcome.verdict) {
    case 'deliver':
      if (answer === 'answered') return 'agree'
      // A program need not answer a datagram; of one that nobody saw, a refusal says no more than that it is not there.
      if (answer === 'silent' && (protocol === 'UDP' || outcome.listensUnknown)) return 'unanswered'
      return answer === 'refused' && outcome.listensUnknown ? 'unanswered' : 'disagree'
    case 'closed':
      return when(answer === 'refused')
    case 'astray':
    case 'denied':
      return when(answer === 'silent')
    case 'reject':
      return when(answer === 'refused' || answer === 'forbidden')
    case 'drop':
      return when(answer === 'silent' || answer === 'forbidden')
    case 'unreachable':
      return when(answer === 'unreachable' || answer === 'silent')
  }
}

const BEST: readonly Accord[] = ['agree', 'unanswered', 'disagree']

/**
 * Holds real probes against the model: the way that each went, and what came back, must be one of those that the model
 * knows.
 */
export function compare(
  { outcomes, protocol }: Pick<Trace, 'outcomes' | 'protocol'>,
  observations: readonly Observation[],
): Agreement {
  const groups = Map.groupBy(observations, (observation) => JSON.stringify(observation))
  const met = [...groups.values()].map((alike): Met => {
    const observation = alike[0] as Observation
    const accords = outcomes.map((outcome) => accordOf(outcome, observation, protocol))
    return { observation, count: alike.length, accord: BEST.find((one) => accords.includes(one)) ?? 'disagree' }
  })
  return { accord: BEST.findLast((one) => met.some(({ accord }) => accord === one)) ?? 'disagree', met }
}
