import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Answer, Rcode, RecordType, type ResourceRecord } from '#names/record.ts'
import { decodeQuery, decodeRecords } from './decode.ts'
import { DnsFormatError, decodeName } from './decode-name.ts'
import { encodeAnswer, encodeQuestion } from './encode.ts'
import type { Query } from './message.ts'

const query = (edns?: Query['edns']): Query => ({
  id: 7,
  opcode: 0,
  recursionDesired: true,
  checkingDisabled: false,
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

test('encodeAnswer() points to no name that stands where a pointer cannot reach', () => {
  const answers = Array.from({ length: 1600 }, (_, index): ResourceRecord => {
    const name = `pod-${index % 800}.web.shop.svc.cluster.local`
    return { name, ttl: 5, data: { type: 'A', address: Uint8Array.of(10, 244, index >> 8, index & 255) } }
  })
  const message = encodeAnswer(query(), { ...addresses(0), answers }, { transport: 'tcp', recursionAvailable: false })
  assert.ok(message.length > 0x4000)
  assert.deepEqual(decodeRecords(message), answers)
})

const udp = { transport: 'udp', recursionAvailable: false } as const
const edns = (udpSize: number): Query['edns'] => ({ udpSize, version: 0, dnssecOk: false })
/** Header and question of 44 octets, an answer of 16 each, an OPT record of 11. */
const fitting = (size: number, withEdns: boolean): number => Math.floor((size - 44 - (withEdns ? 11 : 0)) / 16)

test('encodeAnswer() gives of a long answer what fits into 512 octets, with TC, to a client without EDNS', () => {
  const message = encodeAnswer(query(), addresses(60), udp)
  assert.equal(truncated(message), true)
  assert.ok(message.length <= 512)
  assert.deepEqual(decodeRecords(message), addresses(60).answers.slice(0, fitting(512, false)))
  assert.equal(truncated(encodeAnswer(query(), addresses(20), udp)), false)
})

for (const size of [512, 1232, 4096, 16_384])
  test(`encodeAnswer() fills the ${size} octets that a client takes by EDNS, and sets TC where there is more`, () => {
    const most = fitting(size, true)
    const whole = encodeAnswer(query(edns(size)), addresses(most), udp)
    assert.equal(truncated(whole), false)
    assert.deepEqual(decodeRecords(whole), addresses(most).answers)
    const cut = encodeAnswer(query(edns(size)), addresses(most + 1), udp)
    assert.equal(truncated(cut), true)
    assert.deepEqual(decodeRecords(cut), addresses(most).answers)
  })

test('encodeAnswer() sends by UDP no more than a datagram holds, and by TCP no more than its length field says', () => {
  assert.ok(encodeAnswer(query(edns(65_535)), addresses(5000), udp).length <= 65_507)
  const tcp = encodeAnswer(query(), addresses(5000), { ...udp, transport: 'tcp' })
  assert.ok(tcp.length <= 65_535 && tcp.length > 65_000)
  assert.equal(truncated(tcp), true)
  assert.equal(truncated(encodeAnswer(query(), addresses(4000), { ...udp, transport: 'tcp' })), false)
})

test('encodeAnswer() leaves out the additional section where it does not fit, without TC', () => {
  const whole = addresses(20)
  const message = encodeAnswer(query(), { ...whole, additional: addresses(20).answers }, udp)
  assert.equal(truncated(message), false)
  assert.deepEqual(decodeRecords(message), whole.answers)
  assert.equal(new DataView(message.buffer).getUint16(10), 0)
})

test('encodeAnswer() gives the bits CD and DO back, and sets neither by itself', () => {
  const flags = (message: Uint8Array) => ({ cd: (message[3]! & 0x10) !== 0, ad: (message[3]! & 0x20) !== 0 })
  const dnssecOk = (message: Uint8Array): boolean => (message.at(-4)! & 0x80) !== 0
  const asked = { ...query({ udpSize: 512, version: 0, dnssecOk: true }), checkingDisabled: true }
  const message = encodeAnswer(asked, addresses(1), udp)
  assert.deepEqual({ ...flags(message), dnssecOk: dnssecOk(message) }, { cd: true, ad: false, dnssecOk: true })
  const plain = encodeAnswer(query(edns(512)), addresses(1), udp)
  assert.deepEqual({ ...flags(plain), dnssecOk: dnssecOk(plain) }, { cd: false, ad: false, dnssecOk: false })
})

test('decodeQuery() reads what a client says by EDNS, and refuses a second OPT record', () => {
  const plain = encodeQuestion('web', RecordType.A)
  const opt = Uint8Array.of(0, 0, 41, 16, 0, 0, 0, 0x80, 0, 0, 0)
  const withOpts = (count: number): Uint8Array => {
    const bytes = Uint8Array.from([...plain, ...Array.from({ length: count }, () => [...opt]).flat()])
    bytes[11] = count
    return bytes
  }
  assert.deepEqual(decodeQuery(withOpts(1))?.edns, { udpSize: 4096, version: 0, dnssecOk: true })
  assert.equal(decodeQuery(plain)?.edns, undefined)
  assert.throws(() => decodeQuery(withOpts(2)), DnsFormatError)
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

test('decodeQuery() takes an OPT record as the root’s in the additional section alone (RFC 6891)', () => {
  const question = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  const opt = (owner: readonly number[]) => [...owner, 0, RecordType.OPT, 0x10, 0, 0, 0, 0, 0, 0, 0]
  /** One record behind the question, counted in the section whose count stands at `counted`. */
  const withRecord = (counted: number, record: readonly number[]): Uint8Array => {
    const bytes = Uint8Array.from([...question.subarray(0, decodeName(question, 12).end + 4), ...record])
    for (const section of [6, 8, 10]) new DataView(bytes.buffer).setUint16(section, section === counted ? 1 : 0)
    return bytes
  }
  assert.equal(decodeQuery(withRecord(10, opt([0])))?.edns?.udpSize, 4096)
  for (const hostile of [withRecord(10, opt([1, 97, 0])), withRecord(6, opt([0])), withRecord(8, opt([0]))])
    assert.throws(() => decodeQuery(hostile), DnsFormatError)
})
