import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { containsAddress, formatCidr, parseCidr } from '#net/cidr.ts'
import { formatAddress, type IpFamily, parseAddress } from '#net/ip-address.ts'
import { Cells, networksOf, sizeOfCells } from './cells.ts'
import { blockPeer, blocksPeer, type Peer } from './peer.ts'

type Block = Extract<Peer, { readonly kind: 'block' }>
const block = (cidr: string, ...except: readonly string[]) => blockPeer(cidr, except) as Block
const told = (cells: Cells) =>
  cells.all.map(
    ({ first, last, peers }) =>
      `${formatAddress({ family: cells.family, value: first })}-${formatAddress({ family: cells.family, value: last })}: ${[
        ...peers,
      ]
        .map(({ key }) => key)
        .sort()
        .join(', ')}`,
  )

test('addresses are cut where a block or a hole begins or ends, and no two cells overlap', () => {
  const cells = new Cells('IPv4', [block('10.0.0.0/24', '10.0.0.128/25'), block('10.0.0.0/16'), block('fd00::/64')])
  assert.deepEqual(told(cells), [
    '10.0.0.0-10.0.0.127: block 10.0.0.0/16 , block 10.0.0.0/24 10.0.0.128/25',
    '10.0.0.128-10.0.255.255: block 10.0.0.0/16 ',
  ])
  assert.deepEqual(told(new Cells('IPv6', [block('fd00::/64')])), [
    'fd00::-fd00::ffff:ffff:ffff:ffff: block fd00::/64 ',
  ])
  assert.deepEqual(new Cells('IPv4', []).all, [])
})

test('the whole of a family is a cell too, from its first address to its last', () => {
  assert.deepEqual(told(new Cells('IPv4', [block('0.0.0.0/0')])), ['0.0.0.0-255.255.255.255: block 0.0.0.0/0 '])
  const all = new Cells('IPv6', [block('::/0')])
  assert.equal(all.at(parseAddress('ffff::1')).size, 1)
})

const RANGES = [
  '10.0.0.0/28',
  '10.0.0.0/29',
  '10.0.0.4/30',
  '10.0.0.6/31',
  '10.0.0.7/32',
  '10.0.0.8/29',
  '10.0.0.15/32',
]
const within = (inner: string, outer: string) =>
  inner !== outer &&
  containsAddress(parseCidr(outer), parseCidr(inner).address) &&
  parseCidr(inner).prefix > parseCidr(outer).prefix
const anyBlock = fc
  .tuple(fc.constantFrom(...RANGES), fc.subarray(RANGES))
  .map(([cidr, holes]) => block(cidr, ...holes.filter((one) => within(one, cidr))))

test('an address belongs to the blocks that hold it and do not leave it out', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyBlock, { maxLength: 4, selector: ({ key }) => key }), (blocks) => {
      const cells = new Cells('IPv4', blocks)
      for (let last = 0; last < 20; last++) {
        const address = parseAddress(`10.0.0.${last}`)
        const expected = blocks.filter(
          (one) => containsAddress(one.block, address) && !one.except.some((hole) => containsAddress(hole, address)),
        )
        assert.deepEqual(new Set(cells.at(address)), new Set(expected), `${last}`)
        const at = cells.indexOf(address)
        assert.equal(at === undefined, expected.length === 0)
      }
    }),
  )
})

test('a range is made up of as few networks as it can be, which cover it and nothing else', () => {
  const texts = (family: IpFamily, first: string, last: string) =>
    networksOf(family, parseAddress(first).value, parseAddress(last).value).map(formatCidr)
  assert.deepEqual(texts('IPv4', '10.0.0.1', '10.0.0.6'), ['10.0.0.1/32', '10.0.0.2/31', '10.0.0.4/31', '10.0.0.6/32'])
  assert.deepEqual(texts('IPv4', '0.0.0.0', '255.255.255.255'), ['0.0.0.0/0'])
  assert.deepEqual(texts('IPv4', '10.0.0.255', '10.0.1.0'), ['10.0.0.255/32', '10.0.1.0/32'])
  assert.deepEqual(texts('IPv6', 'fd00::', 'fd00::ffff'), ['fd00::/112'])
  assert.deepEqual(texts('IPv6', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'), ['::/0'])
})

test('several blocks that are one peer are cut where they begin or end together, and not among themselves', () => {
  const all = blocksPeer([
    block('10.0.0.0/24', '10.0.0.7/32'),
    block('10.0.0.0/25', '10.0.0.9/32'),
    block('10.0.1.0/24'),
  ])
  assert.deepEqual(
    new Cells('IPv4', [all]).all.map(({ first, last }) => [first, last]),
    [[0x0a000000n, 0x0a0001ffn]],
    'what one leaves out another has',
  )
  const left = blocksPeer([
    block('10.0.0.0/24', '10.0.0.7/32', '10.0.0.0/29'),
    block('10.0.0.1/32'),
    block('fd00::/64'),
  ])
  assert.deepEqual(
    new Cells('IPv4', [left]).all.map(({ first, last }) => [first, last]),
    [
      [0x0a000001n, 0x0a000001n],
      [0x0a000008n, 0x0a0000ffn],
    ],
  )
})

test('the size of cells is how many peers they name, all together', () => {
  for (const peers of [
    [],
    [block('10.0.0.0/24')],
    [block('10.0.0.0/24'), block('10.0.0.0/16', '10.0.7.0/24'), block('fd00::/64')],
    Array.from({ length: 20 }, (_, index) => block('10.0.0.0/8', `10.${index}.0.0/16`)),
  ]) {
    const named = (['IPv4', 'IPv6'] as const).flatMap((family) => new Cells(family, peers).all)
    assert.equal(
      sizeOfCells(peers),
      named.reduce((sum, cell) => sum + cell.peers.size, 0),
    )
  }
})
