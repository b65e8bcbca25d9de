import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { bodyOf, frame, statusText, unframe } from './frames.ts'

test('a message is framed, and all frames of a body are read', () => {
  assert.equal(frame(Buffer.from('ab')).toString('hex'), '00000000026162')
  const both = Buffer.concat([frame(Buffer.from('ab')), frame(Buffer.alloc(0))])
  assert.deepEqual(unframe(both).map(String), ['ab', ''])
  assert.deepEqual(unframe(Buffer.alloc(0)), [])
})

test('a frame that is compressed, cut or too large has the status of gRPC for it', () => {
  const refused = (hex: string, status: number) =>
    assert.throws(() => unframe(Buffer.from(hex, 'hex')), { code: 'GRPC_FRAME', status }, hex)
  refused('0100000000', 12)
  refused('000000', 13)
  refused('00000000026f', 13)
  refused('0000400001', 8)
})

test('a body is read to its end, and one without end is not kept', async () => {
  assert.equal(String(await bodyOf(Readable.from([Buffer.from('a'), Buffer.from('b')]))), 'ab')
  const endless = Readable.from(Array.from({ length: 6 }, () => Buffer.alloc(1 << 20)))
  await assert.rejects(bodyOf(endless), { status: 8 })
})

test('words of a status are ASCII on the wire', () => {
  assert.equal(statusText('no é at 100%\n'), 'no %C3%A9 at 100%25%0A')
})
