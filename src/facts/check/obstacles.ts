import type { KernelAnswer } from '#agent/kernel/kernel-page.ts'
import type { StrangerTable } from '#explain/trace/kernels.ts'
import { type Cidr, formatCidr, overlaps, tryParseCidr } from '#net/cidr.ts'

/** What is in the way of packets, or will be, by name. */
export type Obstacle =
  | { readonly code: 'stranger'; readonly node: string; readonly table: StrangerTable }
  | { readonly code: 'two-agents'; readonly node: string; readonly agents: readonly string[] }
  | { readonly code: 'ranges-overlap'; readonly one: NamedRange; readonly other: NamedRange }
  /** `mtus`: of the links by which nodes have their addresses. */
  | { readonly code: 'mtu-differs'; readonly mtus: Readonly<Record<string, number>> }
  | {
      readonly code: 'setting'
      readonly node: string
      readonly name: string
      readonly value: string
      readonly wanted: string
    }
  | { readonly code: 'other-rules'; readonly node: string }

interface NamedRange {
  /** `pods of node-1`, `Services` */
  readonly of: string
  readonly cidr: string
}

/** What is known of a node. */
export interface CheckedNode {
  readonly name: string
  readonly addresses: readonly string[]
  readonly podCidrs: readonly string[]
  /** Names of agents' pods there. */
  readonly agents: readonly string[]
  /** Its kernel, where an agent told of it. */
  readonly kernel?: KernelAnswer
  readonly strangers: readonly StrangerTable[]
}

export const obstaclesOf = (nodes: readonly CheckedNode[], serviceCidrs: readonly string[]): readonly Obstacle[] => [
  ...nodes.flatMap(({ name, strangers }) =>
    strangers
      .filter(({ deeds, by }) => by === 'legacy' || deeds.length > 0)
      .map((table): Obstacle => ({ code: 'stranger', node: name, table })),
  ),
  ...nodes.flatMap(({ name, agents }): readonly Obstacle[] =>
    agents.length > 1 ? [{ code: 'two-agents', node: name, agents }] : [],
  ),
  ...overlapsOf(nodes, serviceCidrs),
  ...mtusOf(nodes),
  ...nodes.flatMap(settingsOf),
  ...nodes.flatMap(({ name, kernel }): readonly Obstacle[] =>
    kernel?.tables.services === 'foreign' ? [{ code: 'other-rules', node: name }] : [],
  ),
]

const overlapsOf = (nodes: readonly CheckedNode[], serviceCidrs: readonly string[]): readonly Obstacle[] => {
  const ranges = [
    ...serviceCidrs.map((cidr) => ({ of: 'Services', cidr })),
    ...nodes.flatMap(({ name, podCidrs }) => podCidrs.map((cidr) => ({ of: `pods of ${name}`, cidr }))),
    ...nodes.flatMap(({ name, addresses }) =>
      addresses.map((address) => ({ of: name, cidr: `${address}/${address.includes(':') ? 128 : 32}` })),
    ),
  ].flatMap((one): (NamedRange & { readonly parsed: Cidr })[] => {
    const parsed = tryParseCidr(one.cidr)
    return parsed ? [{ ...one, cidr: formatCidr(parsed), parsed }] : []
  })
  // Two of them nest or have nothing in common: so by their first addresses, the wider first, one is held against the last outer.
  let outer: (typeof ranges)[number] | undefined
  return ranges
    .toSorted((left, right) => compare(left.parsed, right.parsed))
    .flatMap((one): readonly Obstacle[] => {
      if (outer === undefined || !overlaps(outer.parsed, one.parsed)) {
        outer = one
        return []
      }
      return [
        { code: 'ranges-overlap', one: { of: outer.of, cidr: outer.cidr }, other: { of: one.of, cidr: one.cidr } },
      ]
    })
}

const compare = ({ address: left, prefix }: Cidr, { address: right, prefix: other }: Cidr): number => {
  if (left.family !== right.family) return left.family < right.family ? -1 : 1
  if (left.value !== right.value) return left.value < right.value ? -1 : 1
  return prefix - other
}

const mtusOf = (nodes: readonly CheckedNode[]): readonly Obstacle[] => {
  const mtus = Object.fromEntries(
    nodes.flatMap(({ name, addresses, kernel }) => {
      const link = kernel?.links.find((one) => one.addresses.some((own) => addresses.includes(own.split('/')[0] ?? '')))
      return link === undefined ? [] : [[name, link.mtu]]
    }),
  )
  return new Set(Object.values(mtus)).size > 1 ? [{ code: 'mtu-differs', mtus }] : []
}

/** What each must be where packets are passed on. */
const WANTED: readonly (readonly [name: string, isRight: (value: string) => boolean, wanted: string])[] = [
  ['ipv4/ip_forward', (value) => value === '1', '1'],
  // The greater of `all` and the link's own counts: strict drops replies that leave by another link than they came by.
  ['ipv4/conf/all/rp_filter', (value) => value !== '1', '0 or 2'],
]

const settingsOf = ({ name, kernel, addresses }: CheckedNode): readonly Obstacle[] => {
  if (kernel === undefined) return []
  const forwards6 = addresses.some((one) => one.includes(':'))
    ? [['ipv6/conf/all/forwarding', (value: string) => value === '1', '1'] as const]
    : []
  return [...WANTED, ...forwards6].flatMap(([setting, isRight, wanted]): readonly Obstacle[] => {
    const value = kernel.settings[setting]
    return value === undefined || isRight(value) ? [] : [{ code: 'setting', node: name, name: setting, value, wanted }]
  })
}
