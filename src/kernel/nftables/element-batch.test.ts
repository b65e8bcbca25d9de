import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import type { ElementChange } from '#net/element-change.ts'
import { MessageWriter } from '../netlink/netlink-message.ts'
import { ElementBatch } from './element-batch.ts'

/* What must stand there is written by the writer of all other messages, attribute by attribute as linux/netfilter/nf_tables.h has them. */

const [BEGIN, END, NEW, DELETE] = [0x10, 0x11, 0x0a0c, 0x0a0e]
const [ACK, CREATE] = [4, 0x400]
const [TABLE, SET, ELEMENTS, ELEMENT] = [1, 2, 3, 1]
const [KEY, DATA, FLAGS, USERDATA, KEY_END] = [1, 2, 3, 6, 10]
const [VALUE, VERDICT, VERDICT_CODE] = [1, 2, 1]
type Write = (message: MessageWriter) => unknown

const numbered = (sequence: number, message: MessageWriter): Uint8Array => {
  const { bytes } = message.finish('', '')
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(8, sequence, LITTLE_ENDIAN)
  return bytes
}
const batch = (sequence: number, type: number): Uint8Array =>
  numbered(sequence, new MessageWriter(type, 0).bytes(Uint8Array.of(0, 0, 0, 10)))
const change = (sequence: number, type: number, family: number, table: string, set: string, ...elements: Write[]) =>
  numbered(
    sequence,
    new MessageWriter(type, type === NEW ? ACK | CREATE : ACK)
      .bytes(Uint8Array.of(family, 0, 0, 0))
      .stringAttribute(TABLE, table)
      .stringAttribute(SET, set)
      .nested(ELEMENTS, (list) => {
        for (const write of elements) list.nested(ELEMENT, write)
      }),
  )
const key = (message: MessageWriter, type: number, ...bytes: number[]): MessageWriter =>
  message.nested(type, (inner) => inner.attribute(VALUE, Uint8Array.from(bytes)))

const start = () => {
  let last = 0
  return new ElementBatch(() => ++last)
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const whole = (...messages: readonly Uint8Array[]): string => hex(Buffer.concat(messages))
const given = (more: Partial<ElementChange>): ElementChange => ({
  command: 'add',
  family: 'ip',
  table: 'fairlead',
  set: 'names',
  count: 1,
  keyLength: 4,
  dataLength: 0,
  bytes: Uint8Array.of(10, 0, 0, 1),
  ...more,
})

test('a transaction begins, has a message for each change with its table, set and elements, and ends', () => {
  const bytes = Uint8Array.of(10, 0, 0, 1, 7, 0, 0, 0, 10, 0, 0, 2, 9, 0, 0, 0)
  const written = start().write([
    given({ command: 'delete', family: 'ip6', set: 'six', keyLength: 16, bytes: new Uint8Array(16).fill(3) }),
    given({ count: 2, dataLength: 4, bytes }),
  ])
  assert.equal(
    hex(written),
    whole(
      batch(1, BEGIN),
      change(2, DELETE, 10, 'fairlead', 'six', (one) => key(one, KEY, ...Array(16).fill(3))),
      change(
        3,
        NEW,
        2,
        'fairlead',
        'names',
        (one) => key(key(one, KEY, 10, 0, 0, 1), DATA, 7, 0, 0, 0),
        (one) => key(key(one, KEY, 10, 0, 0, 2), DATA, 9, 0, 0, 0),
      ),
      batch(4, END),
    ),
  )
})

test('a range of a key of several fields has its last beside its first, and what is decided is a verdict', () => {
  const bytes = Uint8Array.of(0, 80, 0, 0, 0, 90, 0, 0, 0xff, 0xff, 0xff, 0xfb)
  const verdict = (message: MessageWriter) =>
    message.nested(DATA, (data) =>
      data.nested(VERDICT, (inner) => inner.attribute(VERDICT_CODE, Uint8Array.of(0xff, 0xff, 0xff, 0xfb))),
    )
  assert.equal(
    hex(start().write([given({ hasEnds: true, areVerdicts: true, dataLength: 4, bytes })])),
    whole(
      batch(1, BEGIN),
      change(2, NEW, 2, 'fairlead', 'names', (one) => verdict(key(key(one, KEY, 0, 80, 0, 0), KEY_END, 0, 90, 0, 0))),
      batch(3, END),
    ),
  )
})

test('behind a range of addresses stands the first that is none of it, as an element of its own, but behind the last address', () => {
  const bytes = Uint8Array.of(10, 0, 0, 0, 10, 0, 1, 0, 7, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0)
  const end: Write = (one) => key(one, KEY, 10, 0, 1, 0).attribute(FLAGS, Uint8Array.of(0, 0, 0, 1))
  assert.equal(
    hex(start().write([given({ areRanges: true, count: 2, dataLength: 4, bytes })])),
    whole(
      batch(1, BEGIN),
      change(
        2,
        NEW,
        2,
        'fairlead',
        'names',
        (one) => key(key(one, KEY, 10, 0, 0, 0), DATA, 7, 0, 0, 0),
        end,
        (one) => key(key(one, KEY, 255, 0, 0, 0), DATA, 9, 0, 0, 0),
      ),
      batch(3, END),
    ),
  )
  const gone = given({ command: 'delete', areRanges: true, bytes: Uint8Array.of(10, 0, 0, 0, 10, 0, 1, 0) })
  assert.equal(
    hex(start().write([gone])),
    whole(
      batch(1, BEGIN),
      change(2, DELETE, 2, 'fairlead', 'names', (one) => key(one, KEY, 10, 0, 0, 0), end),
      batch(3, END),
    ),
    'of what is deleted too',
  )
})

test('a comment stands with its element, of whatever length, and leaves nothing behind in the next transaction', () => {
  const comments = ['a', 'shop/web', 'shop/web:http']
  const bytes = Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6)
  const written = (one: MessageWriter, index: number): MessageWriter => {
    const text = Buffer.from(`${comments[index]}\0`)
    return key(key(one, KEY, ...Array(4).fill(2 * index + 1)), DATA, ...Array(4).fill(2 * index + 2)).attribute(
      USERDATA,
      Buffer.concat([Uint8Array.of(0, text.length), text]),
    )
  }
  const elements = comments.map(
    (_, index): Write =>
      (one) =>
        written(one, index),
  )
  const changes = [given({ count: 3, dataLength: 4, bytes, comments })]
  const all = new ElementBatch(() => 1)
  const wanted = whole(batch(1, BEGIN), change(1, NEW, 2, 'fairlead', 'names', ...elements), batch(1, END))
  all.write([
    given({
      count: 3,
      dataLength: 4,
      bytes: new Uint8Array(24).fill(255),
      comments: comments.map(() => 'zzzzzzzzzzzzzzz'),
    }),
  ])
  assert.equal(hex(all.write(changes)), wanted)
})

test('a transaction of more than a buffer has all of it', () => {
  const count = 500
  const of = (set: string, value: number) =>
    given({ set, count, areRanges: true, keyLength: 16, bytes: new Uint8Array(count * 32).fill(value) })
  const elements = (value: number) =>
    Array.from(
      { length: 2 * count },
      (_, index): Write =>
        (one) => {
          const written = key(one, KEY, ...Array(16).fill(value))
          return index % 2 === 0 ? written : written.attribute(FLAGS, Uint8Array.of(0, 0, 0, 1))
        },
    )
  assert.equal(
    hex(start().write([of('one', 1), of('two', 2), of('three', 3)])),
    whole(
      batch(1, BEGIN),
      change(2, NEW, 2, 'fairlead', 'one', ...elements(1)),
      change(3, NEW, 2, 'fairlead', 'two', ...elements(2)),
      change(4, NEW, 2, 'fairlead', 'three', ...elements(3)),
      batch(5, END),
    ),
  )
})

test('one change alone has room for all its ranges and comments, beyond the first buffer', () => {
  const ranges = Array.from({ length: 1100 }, (): Write[] => [
    (one) => key(one, KEY, ...Array(16).fill(1)),
    (one) => key(one, KEY, ...Array(16).fill(1)).attribute(FLAGS, Uint8Array.of(0, 0, 0, 1)),
  ]).flat()
  const six = given({ count: 1100, areRanges: true, keyLength: 16, bytes: new Uint8Array(1100 * 32).fill(1) })
  assert.equal(
    hex(start().write([six])),
    whole(batch(1, BEGIN), change(2, NEW, 2, 'fairlead', 'names', ...ranges), batch(3, END)),
  )
  const comment = 'x'.repeat(120)
  const commented: Write = (one) =>
    key(key(one, KEY, 1, 1, 1, 1), DATA, 1, 1, 1, 1).attribute(USERDATA, Buffer.from(`\0\x79${comment}\0`, 'latin1'))
  const many = given({
    count: 600,
    dataLength: 4,
    bytes: new Uint8Array(4800).fill(1),
    comments: Array.from({ length: 600 }, () => comment),
  })
  assert.equal(
    hex(start().write([many])),
    whole(
      batch(1, BEGIN),
      change(2, NEW, 2, 'fairlead', 'names', ...Array.from({ length: 600 }, () => commented)),
      batch(3, END),
    ),
  )
})
