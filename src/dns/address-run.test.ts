import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rcode, RecordType, type ResourceRecord } from '#names/record.ts'
import { addressRun } from './address-run.ts'
import { encodeAnswer } from './encode.ts'
import type { Query } from './message.ts'

const HEADER_AND_QUESTION = 12 + 5 + 4
const query: Query = {
  id: 1,
  opcode: 0,
  recursionDesired: false,
  checkingDisabled: false,
  question: { name: 'web', type: RecordType.ANY, class: 1 },
  edns: undefined,
}
const a = (name: string, last: number): ResourceRecord => ({
  name,
  ttl: 5,
  data: { type: 'A', address: Uint8Array.of(10, 0, 0, last) },
})
const aaaa = (name: string): ResourceRecord => ({ name, ttl: 5, data: { type: 'AAAA', address: new Uint8Array(16) } })
const runOf = (...answers: readonly ResourceRecord[]) => {
  const answer = { rcode: Rcode.NOERROR, authoritative: true, answers, authority: [], additional: [] }
  return addressRun(encodeAnswer(query, answer, { transport: 'tcp', recursionAvailable: false }))
}

test('the addresses that may be turned are the last of the answers, of one type and of one owner', () => {
  assert.deepEqual(runOf(a('web', 1), a('web', 2), a('web', 3)), { at: HEADER_AND_QUESTION, stride: 16, count: 3 })
  assert.deepEqual(runOf(a('web', 1), aaaa('web'), aaaa('web')), { at: HEADER_AND_QUESTION + 16, stride: 28, count: 2 })
  assert.equal(runOf(aaaa('web'), a('web', 1)).count, 1)
  assert.equal(runOf(a('web', 1), a('db', 1), a('db', 2), a('web', 2)).count, 1, 'of two names')
  assert.equal(runOf(a('web', 1), a('db', 1), a('db', 2)).count, 1, 'a name that is written out is longer')
  assert.equal(runOf(a('web', 1), { name: 'web', ttl: 5, data: { type: 'TXT', strings: ['x'] } }).count, 0)
  assert.equal(runOf().count, 0)
})
