import type { Cidr } from '#net/cidr.ts'
import { familyBits, type IpAddress, type IpFamily } from '#net/ip-address.ts'
import type { Block, Peer } from './peer.ts'

/** A range of addresses that belong to the same blocks; the last is included. */
interface Cell {
  readonly first: bigint
  readonly last: bigint
  readonly peers: ReadonlySet<Peer>
}

interface Range {
  readonly first: bigint
  readonly last: bigint
}

/** Where a peer begins to hold, or not to hold any more. */
interface Edge {
  readonly at: bigint
  readonly peer: Peer
  readonly isBegin: boolean
}

/** The networks that a peer speaks of; none for one that speaks of somebody else. */
export const blocksOf = (peer: Peer): readonly Block[] =>
  peer.kind === 'block' ? [peer] : peer.kind === 'blocks' ? peer.blocks : []

const NOBODY: ReadonlySet<Peer> = new Set()

/**
 * The addresses of one family, cut wherever a block or a hole of one begins or ends: each cell's addresses belong to the
 * same blocks. So a hole is one of its own block alone. Where no block is, there is no cell.
 */
export class Cells {
  readonly family: IpFamily
  readonly all: readonly Cell[]

  constructor(family: IpFamily, peers: Iterable<Peer>) {
    this.family = family
    this.all = cellsOf([...peers].flatMap((peer) => edgesOf(peer, family)))
  }

  /** The blocks that an address belongs to. */
  at(address: IpAddress): ReadonlySet<Peer> {
    const at = this.indexOf(address)
    return at === undefined ? NOBODY : this.all[at]!.peers
  }

  /** Where among all the cell of an address stands; undefined: it is in none. */
  indexOf({ value }: IpAddress): number | undefined {
    let low = 0
    let high = this.all.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.all[middle]!.last < value) low = middle + 1
      else high = middle
    }
    const cell = this.all[low]
    return cell !== undefined && cell.first <= value ? low : undefined
  }
}

const rangeOf = ({ address: { family, value }, prefix }: Cidr): Range => ({
  first: value,
  last: value + (1n << BigInt(familyBits(family) - prefix)) - 1n,
})

/** Those that overlap or touch as one; sorted. */
const merged = (ranges: readonly Range[]): readonly Range[] => {
  const all: { first: bigint; last: bigint }[] = []
  for (const { first, last } of ranges.toSorted(byFirst)) {
    const before = all.at(-1)
    if (before === undefined || first > before.last + 1n) all.push({ first, last })
    else if (last > before.last) before.last = last
  }
  return all
}
const byFirst = (left: Range, right: Range): number =>
  left.first < right.first ? -1 : left.first > right.first ? 1 : 0

/** A hole is one of its own block alone. */
const rangesOf = ({ block, except }: Block): readonly Range[] => {
  const ranges: Range[] = []
  let { first, last } = rangeOf(block)
  for (const hole of merged(except.filter(({ address }) => address.family === block.address.family).map(rangeOf))) {
    if (hole.last < first || hole.first > last) continue
    if (hole.first > first) ranges.push({ first, last: hole.first - 1n })
    first = hole.last + 1n
  }
  if (first <= last) ranges.push({ first, last })
  return ranges
}

const edgesOf = (peer: Peer, family: IpFamily): readonly Edge[] =>
  merged(
    blocksOf(peer)
      .filter(({ block }) => block.address.family === family)
      .flatMap(rangesOf),
  ).flatMap(({ first, last }) => [
    { at: first, peer, isBegin: true },
    { at: last + 1n, peer, isBegin: false },
  ])

const sortedEdges = (edges: readonly Edge[]): readonly Edge[] =>
  edges.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0))

const cellsOf = (edges: readonly Edge[]): readonly Cell[] => {
  const sorted = sortedEdges(edges)
  const cells: Cell[] = []
  const inside = new Set<Peer>()
  for (const [index, { at, peer, isBegin }] of sorted.entries()) {
    if (isBegin) inside.add(peer)
    else inside.delete(peer)
    const next = sorted[index + 1]
    if (next === undefined || next.at === at || inside.size === 0) continue
    cells.push({ first: at, last: next.at - 1n, peers: new Set(inside) })
  }
  return cells
}

/** How often cells would speak of these peers, all together: what holding them takes. */
export const sizeOfCells = (peers: readonly Peer[]): number => {
  let size = 0
  for (const family of ['IPv4', 'IPv6'] as const) {
    let inside = 0
    const edges = sortedEdges(peers.flatMap((peer) => edgesOf(peer, family)))
    for (const [index, { at, isBegin }] of edges.entries()) {
      inside += isBegin ? 1 : -1
      if (edges[index + 1]?.at !== at) size += inside
    }
  }
  return size
}

/** The networks that make up a range of addresses, the last one included. */
export const networksOf = (family: IpFamily, first: bigint, last: bigint): readonly Cidr[] => {
  const networks: Cidr[] = []
  const bits = familyBits(family)
  for (let at = first; at <= last; ) {
    let host = 0
    while (host < bits && (at & (1n << BigInt(host))) === 0n && at + (1n << BigInt(host + 1)) - 1n <= last) host++
    networks.push({ address: { family, value: at }, prefix: bits - host })
    at += 1n << BigInt(host)
  }
  return networks
}
