import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ElementChange } from '#net/element-change.ts'
import { addressBytes, formatBytes } from '#net/ip-address.ts'
import { POLICY_RULESET } from '../policy/ruleset.ts'
import { decodeElement } from './decode.ts'
import { type ElementLayout, isPlainRange, type Part } from './element-layout.ts'
import { encodeElements, writeAddress } from './encode.ts'
import type { Element, Value } from './rule.ts'
import { NODE_RULESET } from './ruleset/node-ruleset.ts'

const hex = (bytes: Uint8Array | undefined) =>
  bytes && [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Of a range, the key is its first, and `end` its last. */
const parts = (encoded: ElementChange | undefined, index = 0) => {
  if (encoded === undefined) return { key: undefined, end: undefined, data: undefined }
  const { keyLength, dataLength, bytes, hasEnds } = encoded
  const at = index * ((hasEnds ? 2 : 1) * keyLength + dataLength)
  const behind = at + (hasEnds ? 2 : 1) * keyLength
  return {
    key: bytes.subarray(at, at + keyLength),
    end: hasEnds ? bytes.subarray(at + keyLength, behind) : undefined,
    data: bytes.subarray(behind, behind + dataLength),
  }
}

test('fields stand in a row of four-byte cells: packets’ in network order, words and slots in the machine’s', () => {
  const [frontend, backend, port] =
    encodeElements(
      [],
      [
        { family: 'ip', set: 'frontends', key: ['10.96.0.1', 'tcp', 80], data: [0x2003] },
        { family: 'ip6', set: 'backends', key: [0x2000, 1], data: ['fd00::1', 8080] },
        { family: 'ip', set: 'nodeports', key: ['sctp', 30080], data: [0x2003] },
      ],
    ) ?? []
  const word = (value: number) => hex(new Uint8Array(Uint32Array.of(value).buffer))
  assert.equal(hex(parts(frontend).key), '0a600001' + '06000000' + '00500000')
  assert.equal(hex(parts(frontend).data), word(0x2003))
  assert.equal(hex(parts(backend).key), `${word(0x2000)}${word(1)}`)
  assert.equal(hex(parts(backend).data), `fd00${'0'.repeat(26)}011f900000`)
  assert.equal(hex(parts(port).key), '84000000' + '75800000')
})

test('a change tells its table and set, and of its bytes how many elements there are and how long each is', () => {
  const [removed, added] =
    encodeElements(
      [{ family: 'ip6', set: 'hairpin', key: ['fd00::1', 'fd00::1'] }],
      [{ family: 'ip', set: 'endpoints', key: [0x2001], data: ['10.244.1.1', 80] }],
    ) ?? []
  const { bytes: removedBytes, ...removal } = removed!
  const { bytes: addedBytes, ...addition } = added!
  const common = { table: 'fairlead', count: 1 }
  assert.deepEqual(removal, {
    ...common,
    command: 'delete',
    family: 'ip6',
    set: 'hairpin',
    keyLength: 32,
    dataLength: 0,
  })
  assert.deepEqual(addition, {
    ...common,
    command: 'add',
    family: 'ip',
    set: 'endpoints',
    keyLength: 4,
    dataLength: 8,
  })
  assert.deepEqual([removedBytes.length, addedBytes.length], [32, 12])
})

test('removals stand first, messages stay within an attribute, and what only text can say is left to text', () => {
  const many = Array.from(
    { length: 1200 },
    (_, slot) => ({ family: 'ip', set: 'backends', key: [0x2000, slot], data: ['10.0.0.1', 80] }) as const,
  )
  const encoded = encodeElements(many, many) ?? []
  assert.deepEqual(
    encoded.map(({ command, count, dataLength }) => [command, count, dataLength]),
    [
      ['delete', 500, 0],
      ['delete', 500, 0],
      ['delete', 200, 0],
      ['add', 500, 8],
      ['add', 500, 8],
      ['add', 200, 8],
    ],
  )
  for (const [index, { key, data }] of many.entries()) {
    const bytes = parts(encoded[3 + Math.floor(index / 500)], index % 500)
    assert.deepEqual(decodeElement('ip', 'backends', bytes.key!, undefined, bytes.data), {
      family: 'ip',
      set: 'backends',
      key,
      data,
    })
  }
  assert.deepEqual(
    encodeElements(many.slice(0, 500), [])?.map(({ count }) => count),
    [500],
  )
  const text: Element = { family: 'ip', set: 'allowed', key: ['203.0.113.1', 'tcp', 80, '10.0.0.0/8'] }
  assert.deepEqual([encodeElements([], [text]), encodeElements([text], many)], [undefined, undefined])
})

test('elements with comments go in messages that hold the longest, apart from those without, and deletions have none', () => {
  const elements = Array.from(
    { length: 300 },
    (_, index): Element => ({
      family: 'ip6',
      set: 'frontends',
      key: ['fd00::1', 'tcp', index + 1],
      data: [index],
      ...(index > 0 && { comment: `default/web-${index}` }),
    }),
  )
  const encoded = encodeElements(elements.slice(0, 2), elements) ?? []
  assert.deepEqual(
    encoded.map(({ command, count, comments }) => [command, count, comments?.length]),
    [
      ['delete', 1, undefined],
      ['delete', 1, undefined],
      ['add', 1, undefined],
      ['add', 250, 250],
      ['add', 49, 49],
    ],
  )
  assert.equal(encoded[3]?.comments?.[0], 'default/web-1')
  assert.deepEqual(encodeElements([], elements.slice(1, 2))?.[0]?.comments, ['default/web-1'])
})

/** Any value that may stand in a field, as people write it. */
const anyOf = (part: Part, family: 'ip' | 'ip6'): fc.Arbitrary<Value> => {
  const length = family === 'ip' ? 4 : 16
  const bytes = fc.uint8Array({ minLength: length, maxLength: length })
  switch (part) {
    case 'address':
      return bytes.map(formatBytes)
    case 'protocol':
      return fc.constantFrom('tcp', 'udp', 'sctp')
    case 'port':
      return fc.integer({ min: 1, max: 65535 })
    case 'number':
      return fc.integer({ min: 0, max: 0xffffffff })
    case 'ports':
      return fc
        .tuple(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 65535 }))
        .map((ends) => `${Math.min(...ends)}-${Math.max(...ends)}`)
    case 'judgement':
      return fc.constantFrom('return', 'drop')
    case 'prefix':
      throw new Error('prefixes have a test of their own')
  }
}
const elementOf = ({ family, definition: { name: set }, key, data }: ElementLayout): fc.Arbitrary<Element> => {
  const values = (of: readonly Part[]) => fc.tuple(...of.map((part) => anyOf(part, family)))
  return fc
    .tuple(values(key), values(data))
    .map(([key, data]) => (data.length === 0 ? { family, set, key } : { family, set, key, data }))
}

test('what is encoded is decoded to the same element, in every set and family of either table, and deleted by the same key', () => {
  for (const ruleset of [NODE_RULESET, POLICY_RULESET])
    for (const layout of ruleset.sets.layouts.filter(({ onlyText, key }) => !onlyText && !isPlainRange(key)))
      fc.assert(
        fc.property(elementOf(layout), (element) => {
          const { family, set } = element
          const [removed, added] = (encodeElements([element], [element], ruleset) ?? []).map((change) => parts(change))
          const { key, end, data } = added!
          assert.deepEqual(decodeElement(family, set, key!, end, data?.length ? data : undefined, ruleset), element)
          assert.deepEqual([removed!.key, removed!.end], [key, end])
        }),
        { numRuns: 10 },
      )
})

test('what is decided stands in its bytes as the kernel’s verdicts; a range of ports by its first and last, its numbers in network order', () => {
  const [range, one, gone] =
    encodeElements(
      [{ family: 'ip', set: 'egress-ports', key: ['10.244.1.2', 7, 'udp', '53-300'] }],
      [
        { family: 'ip', set: 'ingress-port', key: ['10.244.1.2', 7, 'tcp', 80], data: ['drop'] },
        { family: 'ip', set: 'ingress-ports', key: ['10.244.1.2', 7, 'tcp', '80-443'], data: ['return'] },
      ],
      POLICY_RULESET,
    )?.toSorted((left, right) => (left.set < right.set ? 1 : -1)) ?? []
  const word = (value: number) => hex(new Uint8Array(Uint32Array.of(value).buffer))
  assert.equal(hex(parts(one).key), `0af40102${word(7)}0600000000500000`)
  assert.equal(hex(parts(one).data), '00000000')
  assert.deepEqual([one!.areVerdicts, one!.hasEnds, one!.table], [true, undefined, 'fairlead-policy'])
  assert.equal(hex(parts(range).key), '0af40102000000070600000000500000')
  assert.equal(hex(parts(range).end), '0af401020000000706000000' + '01bb0000')
  assert.equal(hex(parts(range).data), 'fffffffb')
  assert.deepEqual([range!.areVerdicts, range!.hasEnds, range!.keyLength], [true, true, 16])
  assert.equal(hex(parts(gone).end), '0af401020000000711000000' + '012c0000')
  assert.deepEqual([gone!.areVerdicts, gone!.hasEnds, gone!.dataLength], [undefined, true, 0])
})

test('a verdict of others is decoded as its number', () => {
  const { key, data } = decodeElement(
    'ip',
    'ingress-rest',
    Uint8Array.of(10, 244, 1, 2, 0, 0, 0, 0),
    undefined,
    Uint8Array.of(0, 0, 0, 1),
    POLICY_RULESET,
  )
  assert.deepEqual([key, data], [['10.244.1.2', 0], ['1']])
})

test('a range of addresses is its first and the first behind it, which is none where it reaches to the last', () => {
  const of = (family: 'ip' | 'ip6', network: string) => {
    const [added] = encodeElements([], [{ family, set: 'pod-cidrs', key: [network] }]) ?? []
    assert.deepEqual([added?.areRanges, added?.keyLength, added?.count], [true, family === 'ip' ? 4 : 16, 1])
    return hex(added?.bytes)
  }
  assert.equal(of('ip', '10.244.0.0/16'), '0af40000' + '0af50000')
  assert.equal(of('ip', '10.0.0.1/32'), '0a000001' + '0a000002')
  assert.equal(of('ip', '10.0.0.255/32'), '0a0000ff' + '0a000100')
  assert.equal(of('ip', '10.255.255.255/32'), '0affffff' + '0b000000')
  assert.equal(of('ip', '10.0.0.128/25'), '0a000080' + '0a000100')
  assert.equal(of('ip', '0.0.0.0/1'), '00000000' + '80000000')
  for (const last of ['0.0.0.0/0', '128.0.0.0/1', '255.255.255.255/32'])
    assert.equal(of('ip', last)?.slice(8), '00000000', last)
  assert.equal(of('ip6', 'fd00:10:244::/48'), `fd0000100244${'0'.repeat(20)}` + `fd0000100245${'0'.repeat(20)}`)
  assert.equal(of('ip6', '::/0'), '0'.repeat(64))
})

test('an address is written in network order where it is told to stand, and its end is given', () => {
  for (const length of [4, 16])
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), fc.nat(7), (bytes, from) => {
        const out = new Uint8Array(32)
        const text = formatBytes(bytes)
        assert.equal(writeAddress(new DataView(out.buffer), from, text), from + length)
        assert.deepEqual(out.subarray(from, from + length), addressBytes(text))
        assert.ok([...out.subarray(0, from), ...out.subarray(from + length)].every((byte) => byte === 0))
      }),
      { numRuns: 30 },
    )
})

test('a range is decoded to its prefix, from its first address and its last', () => {
  const frontend = encodeElements([], [{ family: 'ip', set: 'restricted', key: ['203.0.113.1', 'tcp', 80] }]) ?? []
  const behind = (...address: number[]) => Uint8Array.of(...(parts(frontend[0]).key ?? []), ...address)
  const allowed = decodeElement('ip', 'allowed', behind(10, 8, 0, 0), behind(10, 15, 255, 255), undefined)
  assert.deepEqual(allowed, { family: 'ip', set: 'allowed', key: ['203.0.113.1', 'tcp', 80, '10.8.0.0/13'] })
  for (const [first, last, cidr] of [
    ['0.0.0.0', '255.255.255.255', '0.0.0.0/0'],
    ['10.0.0.0', '10.255.255.255', '10.0.0.0/8'],
    ['10.1.2.4', '10.1.2.7', '10.1.2.4/30'],
    ['10.1.2.3', '10.1.2.3', '10.1.2.3/32'],
    ['fd00:10:96::', 'fd00:10:96::ffff', 'fd00:10:96::/112'],
    ['fd00:10:244:100::', 'fd00:10:244:1ff:ffff:ffff:ffff:ffff', 'fd00:10:244:100::/56'],
    ['fd00::1', 'fd00::1', 'fd00::1/128'],
  ] as const) {
    const family = first.includes(':') ? 'ip6' : 'ip'
    const { key } = decodeElement(family, 'pod-cidrs', addressBytes(first), addressBytes(last), undefined)
    assert.deepEqual(key, [cidr])
  }
  // A kernel tells of a single address without an end.
  assert.deepEqual(decodeElement('ip', 'pod-cidrs', addressBytes('10.1.2.3'), undefined, undefined).key, [
    '10.1.2.3/32',
  ])
})

test('what the kernel holds of others is decoded as it stands: a protocol without a name of ours, data that a set has not', () => {
  const key = Uint8Array.of(47, 0, 0, 0, 0, 80, 0, 0)
  assert.deepEqual(decodeElement('ip', 'nodeports', key, undefined, undefined), {
    family: 'ip',
    set: 'nodeports',
    key: ['47', 80],
  })
  assert.deepEqual(decodeElement('ip', 'cluster-ips', addressBytes('10.96.0.1'), undefined, new Uint8Array(4)), {
    family: 'ip',
    set: 'cluster-ips',
    key: ['10.96.0.1'],
  })
})
