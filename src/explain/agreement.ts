import type { Explanation, PathOutcome } from './explanation.ts'
import { listed, socketText } from './names.ts'

/** What one real probe met. `silent`: no answer in time. */
export interface Observation {
  readonly answer: 'answered' | 'refused' | 'silent' | 'unreachable'
  /** As conntrack of a node has it; undefined where no node translated it. */
  readonly translation?: {
    readonly node: string
    readonly backend: { readonly address: string; readonly port: number }
    readonly sourceSeen: string
  }
}

export interface Agreement {
  readonly agrees: boolean
  /** What the probes met, and where that is not what the model says. */
  readonly lines: readonly string[]
}

/** Which outcomes of the model a probe may have met. */
function fits(outcome: PathOutcome, { answer, translation }: Observation): boolean {
  if (translation === undefined) {
    switch (outcome.verdict) {
      case 'deliver':
        // What no Service translated may be answered or not: the model knows the way, not the program.
        return outcome.translated !== true
      case 'closed':
        return outcome.translated !== true && answer === 'refused'
      case 'reject':
        return answer === 'refused'
      case 'drop':
        return answer === 'silent'
      case 'unreachable':
        return answer === 'unreachable' || answer === 'silent'
    }
  }
  const { backend, sourceSeen, node } = outcome
  if (backend === undefined || outcome.translated !== true) return false
  const same = backend.address === translation.backend.address && backend.port === translation.backend.port
  if (!same || sourceSeen !== translation.sourceSeen || node !== translation.node) return false
  if (outcome.verdict === 'closed') return answer === 'refused'
  return outcome.verdict === 'deliver' ? answer !== 'unreachable' : answer !== 'answered'
}

/** Holds real probes against the model: the way that each went must be one of the ways that the model knows. */
export function compare({ outcomes }: Explanation, observations: readonly Observation[]): Agreement {
  const counts = new Map<string, { count: number; fits: boolean }>()
  for (const observation of observations) {
    const text = observationText(observation)
    const known = counts.get(text) ?? { count: 0, fits: outcomes.some((outcome) => fits(outcome, observation)) }
    counts.set(text, known)
    known.count++
  }
  const lines = [...counts].map(
    ([text, { count, fits: fit }]) => `${count} × ${text}${fit ? '' : ' (not a way that the model knows)'}`,
  )
  const agrees = observations.length > 0 && [...counts.values()].every((one) => one.fits)
  if (!agrees) lines.push(`the model: ${listed([...new Set(outcomes.map(outcomeText))], 'or')}`)
  return { agrees, lines }
}

const ANSWERS = {
  answered: 'answered',
  refused: 'refused',
  silent: 'no answer',
  unreachable: 'unreachable',
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
