import { compileNode } from '#dataplane/nftables/compile.ts'
import { renderElements } from '#dataplane/nftables/render.ts'
import { type SetName, TABLE, TABLE_FAMILIES, type TableFamily } from '#dataplane/nftables/rule.ts'
import { sets } from '#dataplane/nftables/ruleset/sets.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { formatBytes } from '#net/ip-address.ts'

/** The sets whose elements tell of the node and the cluster, not of Services. */
const NODE_SETS: readonly SetName[] = [
  ...(['pod-cidrs', 'service-cidrs', 'balanced-cidrs', 'virtual-cidrs', 'own-pods', 'nodeport-ips'] as const),
]

/**
 * Text that makes these sets what the node's facts say, whatever they hold, to be one transaction or a part of one.
 * Nothing else is touched.
 */
export const renderNodeSets = (node: NodeFacts): string =>
  TABLE_FAMILIES.flatMap((family) =>
    sets
      .filter(({ name }) => NODE_SETS.includes(name))
      .map(({ name, data }) => `flush ${data === undefined ? 'set' : 'map'} ${family} ${TABLE} ${name}\n`),
  ).join('') + renderElements('add', compileNode(node))

/** Whether the kernel's sets are what the node's facts say. Throws as Nftables.dump(). */
export function holdsNodeSets(nftables: Nftables, node: NodeFacts): boolean {
  const wanted = compileNode(node).map(({ family, set, key, data }) => `${family} ${set} ${[...key, ...(data ?? [])]}`)
  const found = TABLE_FAMILIES.flatMap((family) =>
    NODE_SETS.flatMap((set) => readSet(nftables, family, set).map((element) => `${family} ${set} ${element}`)),
  )
  return wanted.sort().join('\n') === found.sort().join('\n')
}

interface Bound {
  readonly address: Uint8Array
  readonly isEnd: boolean
  readonly data: Uint8Array | undefined
}

function readSet(nftables: Nftables, family: TableFamily, set: SetName): readonly string[] {
  const bounds: Bound[] = []
  nftables.dump(family, TABLE, set, ({ key, isEnd, data }) => {
    bounds.push({ address: key.slice(), isEnd, data: data?.slice() })
  })
  const isInterval = sets.find(({ name }) => name === set)?.interval === true
  // Where one range ends and the next begins, the end comes first.
  bounds.sort((left, right) => compare(left.address, right.address) || Number(right.isEnd) - Number(left.isEnd))
  return bounds.flatMap(({ address, isEnd, data }, index) => {
    if (isEnd) return []
    const text = isInterval ? cidrText(address, bounds[index + 1]?.address) : formatBytes(address)
    return [data === undefined ? text : `${text},${formatBytes(data)}`]
  })
}

function compare(left: Uint8Array, right: Uint8Array): number {
  const at = left.findIndex((byte, index) => byte !== right[index])
  return at < 0 ? 0 : (left[at] as number) - (right[at] as number)
}

const numberOf = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/**
 * The prefix that goes from `first` to before `behind` (none: to the family's last address); of another range, a text
 * that is no prefix.
 */
function cidrText(first: Uint8Array, behind: Uint8Array | undefined): string {
  const bits = first.length * 8
  const size = (behind === undefined ? 1n << BigInt(bits) : numberOf(behind)) - numberOf(first)
  const hostBits = size.toString(2).length - 1
  const isPrefix = size === 1n << BigInt(hostBits) && numberOf(first) % size === 0n
  return isPrefix ? `${formatBytes(first)}/${bits - hostBits}` : `${formatBytes(first)} and ${size} addresses`
}
