import type { Cure } from '../trace/cure.ts'
import type { Finding, Reason } from '../trace/finding.ts'
import { cureLine } from './command.ts'
import { effectText } from './effect.ts'
import { findingText } from './finding.ts'

/** A finding for people. */
export interface ToldFinding {
  readonly reason: Reason
  /** One sentence without its full stop. */
  readonly message: string
  readonly details: readonly string[]
  readonly cures: readonly ToldCure[]
}

/** A cure for people: `command` can be typed as it stands. */
export interface ToldCure {
  readonly kind: Cure['kind']
  readonly effect: string
  readonly command: string
}

export function tellFinding(finding: Finding): ToldFinding {
  const { message, details = [] } = findingText(finding)
  return { reason: finding.reason, message, details, cures: finding.cures.map(tellCure) }
}

export const tellCure = (cure: Cure): ToldCure => ({
  kind: cure.kind,
  effect: `${cure.alternative ? 'or ' : ''}${effectText(cure.effect)}`,
  command: cureLine(cure),
})
