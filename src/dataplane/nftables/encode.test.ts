import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeElements } from './encode.ts'

const hex = (bytes: Uint8Array | undefined) =>
  bytes && [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

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
  assert.equal(hex(frontend?.elements[0]?.key), '0a600001' + '06000000' + '00500000')
  assert.equal(hex(frontend?.elements[0]?.data), word(0x2003))
  assert.equal(hex(backend?.elements[0]?.key), `${word(0x2000)}${word(1)}`)
  assert.equal(hex(backend?.elements[0]?.data), `fd00${'0'.repeat(26)}011f900000`)
})

test('removals stand first, messages stay within an attribute, and what only text can say is left to text', () => {
  const many = Array.from(
    { length: 1200 },
    (_, slot) => ({ family: 'ip', set: 'backends', key: [0x2000, slot], data: ['10.0.0.1', 80] }) as const,
  )
  const encoded = encodeElements(many, many) ?? []
  assert.deepEqual(
    encoded.map(({ command, elements }) => [command, elements.length]).sort(),
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
  assert.equal(encoded[0]?.elements[0]?.data, undefined)
  assert.equal(encodeElements([], [{ family: 'ip', set: 'pod-cidrs', key: ['10.244.0.0/16'] }]), undefined)
})
