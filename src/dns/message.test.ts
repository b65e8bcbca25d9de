import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DnsFormatError, decodeName, decodeQuery, decodeRecords } from './decode.ts'
import { encodeAnswer, encodeQuestion } from './encode.ts'
import { type Answer, type Query, Rcode, RecordType, type ResourceRecord } from './message.ts'

const query = (edns?: Query['edns']): Query => ({
  id: 7,
  opcode: 0,
  recursionDesired: true,
  question: { name: 'web.shop.svc.cluster.local', type: RecordType.A, class: 1 },
  edns,
})
const addresses = (count: number): Answer => ({
  rcode: Rcode.NOERROR,
  authoritative: true,
  answers: Array.from(
    { length: count },
    (_, index): ResourceRecord => ({
      name: 'web.shop.svc.cluster.local',
      ttl: 5,
      data: { type: 'A', address: Uint8Array.of(10, 244, index >> 8, index & 255) },
    }),
  ),
  authority: [],
  additional: [],
})
const truncated = (message: Uint8Array): boolean => (message[2]! & 2) !== 0

test('encodeQuestion() and decodeQuery() agree for any name of printable labels', () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,30}$/)
  fc.assert(
    fc.property(fc.array(label, { maxLength: 7 }), fc.integer({ min: 1, max: 65535 }), (labels, type) => {
      assert.deepEqual(decodeQuery(encodeQuestion(labels.join('.'), type))?.question, {
        name: labels.join('.'),
        type,
        class: 1,
      })
    }),
  )
})

test('decodeQuery() answers any bytes with a query, nothing, or a format error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        const found = decodeQuery(bytes)
        assert.ok(found === undefined || found.question.name.length <= 1020)
      } catch (error) {
        assert.ok(error instanceof DnsFormatError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('decodeName() refuses a compression pointer that points at itself or forward', () => {
  assert.throws(() => decodeName(Uint8Array.of(0xc0, 0), 0), DnsFormatError)
  assert.throws(() => decodeName(Uint8Array.of(1, 97, 0xc0, 4, 0), 0), DnsFormatError)
})

test('encodeAnswer() writes a name once and points to it afterwards', () => {
  const message = encodeAnswer(query(), addresses(3), { transport: 'udp', recursionAvailable: false })
  assert.equal(message.length, 12 + 28 + 4 + 3 * (2 + 10 + 4))
  assert.deepEqual(decodeRecords(message), addresses(3).answers)
})

test('encodeAnswer() sets TC where the answer is longer than 512 octets, or than the client’s EDNS size', () => {
  const udp = { transport: 'udp', recursionAvailable: false } as const
  assert.equal(truncated(encodeAnswer(query(), addresses(20), udp)), false)
  assert.equal(truncated(encodeAnswer(query(), addresses(60), udp)), true)
  assert.equal(truncated(encodeAnswer(query({ udpSize: 4096, version: 0 }), addresses(60), udp)), false)
  assert.equal(truncated(encodeAnswer(query({ udpSize: 4096, version: 0 }), addresses(100), udp)), true)
  assert.equal(truncated(encodeAnswer(query(), addresses(100), { transport: 'tcp', recursionAvailable: false })), false)
})

test('labels with odd octets survive the way in and out', () => {
  const question = Uint8Array.of(0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 46, 200, 92, 0, 0, 1, 0, 1)
  const asked = decodeQuery(question)!
  assert.equal(asked.question.name, '\\046\\200\\092')
  const reply = encodeAnswer(
    asked,
    { ...addresses(0), rcode: Rcode.REFUSED },
    { transport: 'udp', recursionAvailable: false },
  )
  assert.deepEqual([...reply.subarray(12)], [...question.subarray(12)])
})
