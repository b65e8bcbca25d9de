import { type Matrix, type MatrixCell, nameOfGroup } from './matrix.ts'

/** A cell's letters: all that was asked, none of it, or the ports at which it passes. */
const cellText = (cells: readonly MatrixCell[], differs: (cell: MatrixCell) => boolean): string => {
  const open = cells.filter(({ passes }) => passes)
  const text = open.length === cells.length ? 'yes' : open.length === 0 ? 'no' : open.map(({ port }) => port).join(',')
  return cells.some(differs) ? `${text} !` : text
}

/** The header and the rows of a table of who may begin a connection with whom. `differs`: what real packets met is another. */
export const matrixRows = (
  { groups, cells }: Matrix,
  differs: (cell: MatrixCell) => boolean,
): readonly (readonly string[])[] => {
  const names = groups.map(nameOfGroup)
  const at = Map.groupBy(cells, ({ from, to }) => `${from} ${to}`)
  return [
    ['FROM \\ TO', ...names],
    ...names.map((from) => [from, ...names.map((to) => cellText(at.get(`${from} ${to}`) ?? [], differs))]),
  ]
}

const ends = { egress: 'leave', ingress: 'come in' } as const

/** Why it does not pass, in words: `db is isolated by shop/deny-all, and no rule lets it come in`. */
export const cellReason = ({ from, to, egress, ingress, passes }: MatrixCell): string => {
  if (passes) return `${from} may ask ${to}`
  const [who, word, direction] = egress.passes
    ? ([to, ingress, 'ingress'] as const)
    : ([from, egress, 'egress'] as const)
  if (word.policy !== undefined) return `${word.policy}, ${word.rule}, denies it`
  return `${who} is isolated by ${word.isolatedBy.join(', ')}, and no rule lets it ${ends[direction]}`
}
