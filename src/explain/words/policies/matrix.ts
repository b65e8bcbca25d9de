import { type Matrix, type MatrixCell, type MatrixWord, nameOfGroup } from '../../trace/policies/matrix.ts'
import { plural } from '../text.ts'

type Differs = (cell: MatrixCell) => boolean

/** As many characters as a line may have before columns are called by numbers. */
const WIDEST = 120
const GAP = 3

/** A cell's letters: all that was asked, none of it, or the ports at which it passes. */
const cellText = (cells: readonly MatrixCell[], differs: Differs): string => {
  const open = cells.filter(({ passes }) => passes)
  const text = open.length === cells.length ? 'yes' : open.length === 0 ? 'no' : open.map(({ port }) => port).join(',')
  return cells.some(differs) ? `${text} !` : text
}

/**
 * The header and the rows of a table of who may begin a connection with whom. `differs`: what real packets met is another.
 * Where it would be too wide, columns have the numbers of their rows in place of names.
 */
export const matrixRows = (matrix: Matrix, differs: Differs): readonly (readonly string[])[] => {
  const { groups, cells } = matrix
  const names = groups.map(nameOfGroup)
  const alone = new Set(groups.filter(({ pods }) => pods.length === 1).map(nameOfGroup))
  const at = Map.groupBy(cells, ({ from, to }) => `${from} ${to}`)
  const rows = names.map((from) =>
    names.map((to) => (from === to && alone.has(to) ? '-' : cellText(at.get(`${from} ${to}`) ?? [], differs))),
  )
  const first = Math.max(...names.map(({ length }) => length))
  const width = names.reduce((sum, name) => sum + Math.max(name.length, 3) + GAP, first)
  if (width <= WIDEST) return [['FROM \\ TO', ...names], ...rows.map((row, index) => [names[index] ?? '', ...row])]
  return [
    ['', 'FROM \\ TO', ...names.map((_, index) => String(index + 1))],
    ...rows.map((row, index) => [String(index + 1), names[index] ?? '', ...row]),
  ]
}

/** What stands below the table: which policies isolate whom, which deny, who is one group. */
export const matrixNotes = (matrix: Matrix): readonly string[] => {
  const { groups, cells, policies } = matrix
  if (policies === 0) return ['no NetworkPolicy and no ClusterNetworkPolicy is there: everybody may ask everybody']
  const isolated = groups.flatMap((group) => {
    const name = nameOfGroup(group)
    const { ingress, egress } = group.isolatedBy
    const words = [
      ...(ingress.length > 0 ? [`ingress isolated by ${ingress.join(', ')}`] : []),
      ...(egress.length > 0 ? [`egress isolated by ${egress.join(', ')}`] : []),
    ]
    return words.length > 0 ? [`${name}: ${words.join('; ')}`] : []
  })
  const denying = new Map<string, number>()
  for (const { egress, ingress, passes } of cells)
    for (const word of passes ? [] : [egress, ingress]) {
      const by = denialText(word)
      if (by !== undefined) denying.set(by, (denying.get(by) ?? 0) + 1)
    }
  const no = cells.find(({ passes }) => !passes)
  return [
    ...isolated,
    ...[...denying].map(([by, count]) => `${by} denies ${plural(count, 'connection')} of these`),
    ...groups.filter(({ pods }) => pods.length > 1).map((group) => `${nameOfGroup(group)}: ${groupText(group.pods)}`),
    ...(no === undefined ? [] : [`why one may not: ${explainCommand(no, matrix)}`]),
  ]
}

const MOST = 3
const groupText = (pods: readonly string[]): string =>
  `${pods.length} pods alike, ${pods.slice(0, MOST).join(', ')}${pods.length > MOST ? ', …' : ''}`

const explainCommand = ({ from, to, port }: MatrixCell, { groups, protocol, family }: Matrix): string => {
  const podOf = (name: string, at: number) => {
    const group = groups.find((one) => nameOfGroup(one) === name)
    return `pod/${group?.namespace}/${group?.pods[at] ?? group?.pods[0]}`
  }
  const proto = protocol === 'TCP' ? '' : ` --proto ${protocol.toLowerCase()}`
  const addresses = family === 'IPv4' ? '' : ' --family 6'
  return `fairlead explain --from ${podOf(from, 0)} --to ${podOf(to, from === to ? 1 : 0)}:${port}${proto}${addresses}`
}

/** Of a ClusterNetworkPolicy; a NetworkPolicy has no rules that deny. */
const denialText = ({ passes, policy, rule }: MatrixWord): string | undefined =>
  passes || policy === undefined || policy.startsWith('NetworkPolicy ') ? undefined : `${policy}, ${rule},`

const ends = { egress: 'leave', ingress: 'come in' } as const

/** Why it does not pass, in words: `shop/db is isolated by shop/deny-all, and no rule lets it come in`. */
export const cellReason = ({ from, to, egress, ingress, passes }: MatrixCell): string => {
  if (passes) return `${from} may ask ${to}`
  for (const [who, word, direction] of [
    [from, egress, 'egress'],
    [to, ingress, 'ingress'],
  ] as const) {
    const by = denialText(word)
    if (by !== undefined) return `${by} denies it`
    if (word.isolatedBy.length > 0 && word.policy === undefined)
      return `${who} is isolated by ${word.isolatedBy.join(', ')}, and no rule lets it ${ends[direction]}`
  }
  return `${from} may not ask ${to}`
}
