import type { Matrix } from '#explain/trace/policies/matrix.ts'
import { cellReason, matrixNotes, matrixRows } from '#explain/words/policies/matrix.ts'
import type { ProbedCell } from '#facts/live/matrix-questions.ts'
import { table } from '../table.ts'

const MOST_DIFFERING = 20

/** The table, what differs, what isolates, and what was begun for real. */
export const matrixText = (
  found: Matrix,
  namespace: string | undefined,
  probed: readonly ProbedCell[] | undefined,
): { readonly differing: readonly ProbedCell[]; readonly text: string } => {
  const differing = (probed ?? []).filter(({ passed, cell }) => passed !== undefined && passed !== cell.passes)
  if (found.groups.length === 0)
    return {
      differing,
      text: `no pod${namespace === undefined ? '' : ` of namespace ${namespace}`} has an address of ${found.family}\n`,
    }
  const wrong = new Set(differing.map(({ cell }) => cell))
  const [header = [], ...rows] = matrixRows(found, (cell) => wrong.has(cell))
  const lines = [
    ...differing
      .slice(0, MOST_DIFFERING)
      .map(({ cell, answer }) => `! ${cell.from} to ${cell.to}, port ${cell.port}: ${answer}, but ${cellReason(cell)}`),
    ...(differing.length > MOST_DIFFERING
      ? [`! and ${differing.length - MOST_DIFFERING} more (-o json has them)`]
      : []),
    ...matrixNotes(found),
    ...(probed === undefined ? [] : [probeText(probed, differing.length)]),
  ]
  return { differing, text: `${table(header, rows)}${lines.map((line) => `${line}\n`).join('')}` }
}

const probeText = (probed: readonly ProbedCell[], differing: number): string => {
  const sent = probed.filter(({ lost }) => lost === undefined)
  const unsent = probed.length - sent.length
  const unknown = sent.filter(({ passed }) => passed === undefined).length
  const lost = [...new Set(probed.flatMap((one) => one.lost ?? []))].sort()
  return [
    `${sent.length} connections were begun: ${differing === 0 ? 'all as the policies say' : `${differing} not as the policies say`}`,
    ...(unknown === 0 ? [] : [`of ${unknown} nobody can tell, since nobody answers there`]),
    ...(unsent === 0
      ? []
      : [`of ${unsent} more nobody can tell, since ${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} not Ready`]),
  ].join('; ')
}
