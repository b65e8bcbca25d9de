import type { Trace } from '../trace/trace.ts'
import { cureLine } from './command.ts'
import { senderText } from './object.ts'
import { type ToldFinding, tellFinding } from './tell.ts'
import { plain } from './text.ts'
import { unseenText } from './unseen.ts'
import { verdictText } from './verdict.ts'
import { kernelLines } from './walk/kernels.ts'
import { stepText } from './walk/step.ts'

/** A trace as text, for people: the walk, then the verdict, then what is wrong and what mends it. */
export function print(trace: Trace): string {
  const { steps, findings, nameless, kernels, unseen, source } = trace
  const who = senderText(source.sender)
  const lines = steps.flatMap((step, index) => {
    const { at, text, details = [] } = stepText(step, source.sender)
    return [`${String(index + 1).padStart(2)}. ${at}: ${text}`, ...shown(details).map((detail) => `      ${detail}`)]
  })
  lines.push(...(lines.length > 0 ? [''] : []), verdictText(trace, who))
  for (const finding of findings) lines.push(...findingLines(tellFinding(finding)))
  if (nameless !== undefined)
    lines.push(
      `  but   by its name it is not found: ${who} gets no answer from the DNS; this says why:`,
      `          ${cureLine(nameless)}`,
    )
  if (kernels !== undefined && kernels.length > 0)
    lines.push('KERNELS, as their agents tell', ...kernels.flatMap(kernelLines).map((line) => `  ${line}`))
  if (unseen.length > 0) lines.push('NOT SEEN from here', ...unseen.map((one) => `  ${unseenText(one)}`))
  return `${lines.map(plain).join('\n')}\n`
}

/** A Service may have thousands of endpoints; JSON has them all. */
const MOST_DETAILS = 20
const shown = (details: readonly string[]): readonly string[] =>
  details.length <= MOST_DETAILS
    ? details
    : [...details.slice(0, MOST_DETAILS), `and ${details.length - MOST_DETAILS} more (-o json has them)`]

const LEAD = { run: 'cure', ask: 'cure', look: 'look' } as const

/** A finding with what mends it, as it stands below a walk. */
export const findingLines = ({
  reason,
  message,
  details,
  cures,
}: Omit<ToldFinding, 'reason'> & { readonly reason: string }): readonly string[] => [
  `  why   ${message} [${reason}]`,
  ...details.map((detail) => `        ${detail}`),
  ...cures.flatMap(({ kind, effect, command }) => [`  ${LEAD[kind]}  ${effect}:`, `          ${command}`]),
]
