import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ElementChange } from '#net/element-change.ts'
import { decodeElement } from './decode.ts'
import { encodeElements } from './encode.ts'
import type { Element } from './rule.ts'

const hex = (bytes: Uint8Array | undefined) =>
  bytes && [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const parts = (encoded: ElementChange | undefined, index = 0) => {
  if (encoded === undefined) return { key: undefined, data: undefined }
  const { keyLength, dataLength, bytes } = encoded
  const at = index * (keyLength + dataLength)
  return { key: bytes.subarray(at, at + keyLength), data: bytes.subarray(at + keyLength, at + keyLength + dataLength) }
}

test('fields stand in a row of four-byte cells: packets’ in network order, words and slots in the machine’s', () => {
  const [frontend, backend] =
    encodeElements(
      [],
      [
        { family: 'ip', set: 'frontends', key: ['10.96.0.1', 'tcp', 80], data: [0x2003] },
        { family: 'ip6', set: 'backends', key: [0x2000, 1], data: ['fd00::1', 8080] },
      ],
    ) ?? []
  const word = (value: number) => hex(new Uint8Array(Uint32Array.of(value).buffer))
  assert.equal(hex(parts(frontend).key), '0a600001' + '06000000' + '00500000')
  assert.equal(hex(parts(frontend).data), word(0x2003))
  assert.equal(hex(parts(backend).key), `${word(0x2000)}${word(1)}`)
  assert.equal(hex(parts(backend).data), `fd00${'0'.repeat(26)}011f900000`)
})

test('removals stand first, messages stay within an attribute, and what only text can say is left to text', () => {
  const many = Array.from(
    { length: 1200 },
    (_, slot) => ({ family: 'ip', set: 'backends', key: [0x2000, slot], data: ['10.0.0.1', 80] }) as const,
  )
  const encoded = encodeElements(many, many) ?? []
  assert.deepEqual(
    encoded.map(({ command, count }) => [command, count]).sort(),
    [
      ...['add', 'delete'].flatMap((command) => [
        [command, 200],
        [command, 500],
        [command, 500],
      ]),
    ].sort(),
  )
  assert.equal(
    encoded.findIndex(({ command }) => command === 'add'),
    3,
  )
  assert.equal(encoded[0]?.dataLength, 0)
  assert.equal(encodeElements([], [{ family: 'ip', set: 'pod-cidrs', key: ['10.244.0.0/16'] }]), undefined)
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
})

test('what is encoded is decoded to the same element, in every set and family', () => {
  const elements: Element[] = [
    { family: 'ip', set: 'frontends', key: ['10.96.0.1', 'tcp', 80], data: [0xffffe003] },
    { family: 'ip6', set: 'frontends-local', key: ['fd00:10:96::1', 'sctp', 65535], data: [1] },
    { family: 'ip', set: 'nodeports', key: ['udp', 30080], data: [0x2003] },
    { family: 'ip6', set: 'backends', key: [0x2000, 4095], data: ['fd00::1', 8080] },
    { family: 'ip', set: 'slots', key: [0x3000, 2], data: [0x2001] },
    { family: 'ip', set: 'endpoints', key: [0x2001], data: ['255.255.255.255', 1] },
    { family: 'ip', set: 'cluster-endpoints', key: [0x2001] },
    { family: 'ip6', set: 'hairpin', key: ['fd00::1', 'fd00::1'] },
    { family: 'ip', set: 'cluster-ips', key: ['10.96.0.1'] },
    { family: 'ip', set: 'restricted', key: ['203.0.113.1', 'tcp', 80] },
  ]
  for (const element of elements) {
    const [encoded] = encodeElements([], [element]) ?? []
    const { key, data } = parts(encoded)
    const { family, set } = element
    assert.deepEqual(decodeElement(family, set, key as Uint8Array, undefined, data?.length ? data : undefined), element)
  }
  const [first] = encodeElements([], [{ family: 'ip', set: 'restricted', key: ['203.0.113.1', 'tcp', 80] }]) ?? []
  const from = Uint8Array.of(...(parts(first).key ?? []), 10, 8, 0, 0)
  const to = Uint8Array.of(...(parts(first).key ?? []), 10, 15, 255, 255)
  assert.deepEqual(decodeElement('ip', 'allowed', from, to, undefined).key, ['203.0.113.1', 'tcp', 80, '10.8.0.0/13'])
})
