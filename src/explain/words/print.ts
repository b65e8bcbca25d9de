import type { Explanation } from '../explanation.ts'
import { type ToldFinding, tellFinding } from './tell.ts'
import { listed } from './text.ts'

/** An explanation as text, for people: the walk, then the verdict, then what is wrong and what mends it. */
export function print(explanation: Explanation): string {
  const { steps, findings, unseen } = explanation
  const lines = steps.flatMap(({ at, text, details = [] }, index) => [
    `${String(index + 1).padStart(2)}. ${at}: ${text}`,
    ...shown(details).map((detail) => `      ${detail}`),
  ])
  lines.push(...(lines.length > 0 ? [''] : []), verdictText(explanation))
  for (const finding of findings) lines.push(...findingLines(tellFinding(finding)))
  if (unseen.length > 0) lines.push('NOT SEEN from here', ...unseen.map((text) => `  ${text}`))
  return `${lines.join('\n')}\n`
}

/** A Service may have thousands of endpoints; JSON has them all. */
const MOST_DETAILS = 20
const shown = (details: readonly string[]): readonly string[] =>
  details.length <= MOST_DETAILS
    ? details
    : [...details.slice(0, MOST_DETAILS), `and ${details.length - MOST_DETAILS} more (-o json has them)`]

function verdictText({ verdict, basis, outcomes, source, to }: Explanation): string {
  // Of a name that led nowhere no kernel knows anything.
  const model = basis === 'model' && outcomes.length > 0 ? ', by the model' : ''
  switch (verdict) {
    case 'reachable': {
      const seen = [...new Set(outcomes.flatMap(({ sourceSeen }) => sourceSeen ?? []))]
      const text = `${source.name}${seen.length > 0 ? `; it sees ${listed(seen, 'or')}` : ''}`
      const unasked = basis === 'model' ? '; no kernel was asked' : ''
      return outcomes.some(({ listensUnknown }) => listensUnknown)
        ? `REACHABLE${model}, as far as can be seen: ${to} from ${text}; whether a program listens there is not known${unasked}`
        : `REACHABLE${model}: ${to} answers ${text}${unasked}`
    }
    case 'unknown':
      return `NOT KNOWN whether ${to} answers ${source.name}`
    case 'sometimes':
      return `ONLY SOMETIMES REACHABLE${model}: ${to} from ${source.name}`
    case 'unreachable':
      return `NOT REACHABLE${model}: ${to} from ${source.name}`
  }
}

const LEAD = { run: 'cure', ask: 'cure', look: 'look' } as const

function findingLines({ reason, message, details, cures }: ToldFinding): readonly string[] {
  return [
    `  why   ${message} [${reason}]`,
    ...details.map((detail) => `        ${detail}`),
    ...cures.flatMap(({ kind, effect, command }) => [`  ${LEAD[kind]}  ${effect}:`, `          ${command}`]),
  ]
}
