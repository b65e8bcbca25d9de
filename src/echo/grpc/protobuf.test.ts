import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage, encodeMessage, type Message, type MessageType } from './protobuf.ts'

const INNER: MessageType = { 1: { name: 'key', type: 'string' }, 2: { name: 'count', type: 'varint' } }
const OUTER: MessageType = {
  1: { name: 'name', type: 'string' },
  2: { name: 'inner', type: INNER, repeated: true },
  16: { name: 'number', type: 'varint' },
  17: { name: 'tags', type: 'string', repeated: true },
}

test('messages are as protobuf writes them, and come back as they were', () => {
  const message = { name: 'é', inner: [{ key: 'a', count: 300 }, {}], number: 2 ** 40, tags: ['x', ''] }
  const octets = encodeMessage(OUTER, message)
  const expected = '0a02c3a9' + '12060a016110ac02' + '1200' + '800180808080' + '8020' + '8a010178' + '8a0100'
  assert.equal(octets.toString('hex'), expected)
  assert.deepEqual({ ...decodeMessage(OUTER, octets) }, message)
  assert.equal(encodeMessage(OUTER, { name: '', number: 0 }).length, 0, 'defaults are not written')
})

test('what a type does not know comes under its number, as a text where it is one', () => {
  const octets = Buffer.from('0a0161' + '12020bff' + '1a00' + '2005' + '2d01020304' + '310102030405060708', 'hex')
  assert.deepEqual(decodeMessage({}, octets), {
    1: 'a',
    2: 'C/8=',
    3: '',
    4: 5,
    5: '\x01\x02\x03\x04',
    6: '\x01\x02\x03\x04\x05\x06\x07\x08',
  })
})

test('octets that are no message are refused in words', () => {
  const refused = (hex: string, message: RegExp, type: MessageType = OUTER) =>
    assert.throws(() => decodeMessage(type, Buffer.from(hex, 'hex')), { code: 'PROTOBUF_INVALID', message }, hex)
  refused('0a05', /ends before its field/)
  refused('08', /ends before its field/)
  refused('0801', /field 1 is name, and no number/)
  refused('0b', /wire type 3 is none/)
  refused(`08${'ff'.repeat(10)}`, /has no end/, {})
  refused('82010161', /octets stand where a number/)
  const endless: { [number: number]: { name: string; type: MessageType } } = {}
  endless[1] = { name: 'in', type: endless }
  let deep: Message = {}
  for (let level = 0; level < 110; level++) deep = { in: deep }
  refused(encodeMessage(endless, deep).toString('hex'), /more than 100 deep/, endless)
})
