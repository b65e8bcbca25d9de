import type { Protocol } from '#net/port-protocol.ts'
import { socketText } from '../cluster/names.ts'
import type { Explanation, PathOutcome } from '../explanation.ts'
import { listed } from '../words/text.ts'

/**
 * What one real probe met. `silent`: no answer in time. `forbidden`: the sender's own kernel refused to send (EPERM),
 * which is how it tells of a packet that its rules refuse or drop.
 */
export interface Observation {
  readonly answer: 'answered' | 'refused' | 'silent' | 'unreachable' | 'forbidden'
  /** As conntrack of a node has it; undefined where no node translated it. */
  readonly translation?: {
    readonly node: string
    readonly backend: { readonly address: string; readonly port: number }
    readonly sourceSeen: string
  }
}

/**
 * `agree`: way and answer are as the model says. `unanswered`: the ways are, and no answer was seen where the model knows
 * somebody who may give one. `disagree`: a way or an answer is another.
 */
export type Accord = 'agree' | 'unanswered' | 'disagree'

export interface Agreement {
  readonly accord: Accord
  /** What the probes met, and where that is not what the model says. */
  readonly lines: readonly string[]
}

/** Whether an outcome of the model is what a probe met: the way that it went, and the answer that came back. */
function accordOf(outcome: PathOutcome, { answer, translation }: Observation, protocol: Protocol): Accord {
  const { backend, sourceSeen, node, translated = false } = outcome
  const sameWay =
    translation === undefined
      ? !translated
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
const NOTES = { agree: '', unanswered: ' (the way that the model knows)', disagree: ' (not as the model knows it)' }

/**
 * Holds real probes against the model: the way that each went, and what came back, must be one of those that the model
 * knows.
 */
export function compare({ outcomes, protocol }: Explanation, observations: readonly Observation[]): Agreement {
  const counts = new Map<string, { count: number; readonly accord: Accord }>()
  for (const observation of observations) {
    const text = observationText(observation)
    const met = outcomes.map((outcome) => accordOf(outcome, observation, protocol))
    const accord = BEST.find((one) => met.includes(one)) ?? 'disagree'
    const known = counts.get(text) ?? { count: 0, accord }
    counts.set(text, known)
    known.count++
  }
  const lines = [...counts].map(([text, { count, accord }]) => `${count} × ${text}${NOTES[accord]}`)
  const all = [...counts.values()].map(({ accord }) => accord)
  const accord = all.length === 0 ? 'disagree' : (BEST.findLast((one) => all.includes(one)) as Accord)
  if (accord === 'disagree') lines.push(`the model: ${listed([...new Set(outcomes.map(outcomeText))], 'or')}`)
  return { accord, lines }
}

const ANSWERS = {
  answered: 'answered',
  refused: 'refused',
  silent: 'no answer',
  unreachable: 'unreachable',
  forbidden: 'refused to be sent',
} as const

function observationText({ answer, translation }: Observation): string {
  if (translation === undefined) return ANSWERS[answer]
  const { node, backend, sourceSeen } = translation
  return `${ANSWERS[answer]}: ${node} sent it to ${socketText(backend.address, backend.port)}, which sees ${sourceSeen}`
}

function outcomeText({ verdict, backend, sourceSeen, node }: PathOutcome): string {
  const at = node === undefined ? '' : ` at ${node}`
  if (backend === undefined) return `${verdict}${at}`
  return `${verdict} to ${socketText(backend.address, backend.port)}${at}${sourceSeen ? `, which sees ${sourceSeen}` : ''}`
}
