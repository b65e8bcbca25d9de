import type { Cidr } from '#net/cidr.ts'
import { familyBits, type IpAddress, type IpFamily } from '#net/ip-address.ts'
import type { Peer } from './peer.ts'

/** A range of addresses that belong to the same blocks; the last is included. */
interface Cell {
  readonly first: bigint
  readonly last: bigint
  readonly peers: ReadonlySet<Peer>
}

type Block = Extract<Peer, { readonly kind: 'block' }>

/** Where a block begins to hold, or not to hold any more, since it or a hole of it begins or ends there. */
interface Edge {
  readonly at: bigint
  readonly peer: Block
  /** In holes: how many more, or fewer. In the block itself: 1 where it begins, -1 behind its end. */
  readonly holes: number
  readonly inside: number
}

const NOBODY: ReadonlySet<Peer> = new Set()

/**
 * The addresses of one family, cut wherever a block or a hole of one begins or ends: each cell's addresses belong to the
 * same blocks. So a hole is one of its own block alone. Where no block is, there is no cell.
 */
export class Cells {
  readonly family: IpFamily
  readonly all: readonly Cell[]

  constructor(family: IpFamily, blocks: Iterable<Block>) {
    this.family = family
    this.all = cellsOf([...blocks].filter(({ block }) => block.address.family === family).flatMap(edgesOf))
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

const behind = ({ address, prefix }: Cidr): bigint =>
  address.value + (1n << BigInt(familyBits(address.family) - prefix))

const edgesOf = (peer: Block): readonly Edge[] => [
  { at: peer.block.address.value, peer, holes: 0, inside: 1 },
  { at: behind(peer.block), peer, holes: 0, inside: -1 },
  ...peer.except
    .filter(({ address }) => address.family === peer.block.address.family)
    .flatMap((hole) => [
      { at: hole.address.value, peer, holes: 1, inside: 0 },
      { at: behind(hole), peer, holes: -1, inside: 0 },
    ]),
]

const cellsOf = (edges: readonly Edge[]): readonly Cell[] => {
  const sorted = edges.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0))
  const cells: Cell[] = []
  const inside = new Set<Block>()
  const holes = new Map<Block, number>()
  for (const [index, { at, peer, holes: more, inside: is }] of sorted.entries()) {
    if (is > 0) inside.add(peer)
    if (is < 0) inside.delete(peer)
    if (more !== 0) holes.set(peer, (holes.get(peer) ?? 0) + more)
    const next = sorted[index + 1]
    if (next === undefined || next.at === at) continue
    const peers = new Set([...inside].filter((one) => !holes.get(one)))
    if (peers.size > 0) cells.push({ first: at, last: next.at - 1n, peers })
  }
  return cells
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
