import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerFrame, readRequest } from './frame.ts'

const frame = (env: string, stdin: string): Buffer => {
  const header = Buffer.from('FLC1\0\0\0\0\0\0\0\0', 'latin1')
  header.writeUInt32LE(Buffer.byteLength(env), 4)
  header.writeUInt32LE(Buffer.byteLength(stdin), 8)
  return Buffer.concat([header, Buffer.from(env + stdin)])
}

test('a request is read when all of it is there, and not before', () => {
  const octets = frame('CNI_COMMAND=ADD\0CNI_ARGS=A=1;B=é\0', '{"name":"ü"}')
  for (const length of [0, 4, 11, 12, 20, octets.length - 1])
    assert.equal(readRequest(octets.subarray(0, length)), undefined)
  assert.deepEqual(readRequest(octets), {
    env: { CNI_COMMAND: 'ADD', CNI_ARGS: 'A=1;B=é' },
    stdin: '{"name":"ü"}',
  })
  assert.deepEqual(readRequest(frame('', '')), { env: {}, stdin: '' })
})

test('what is no request of the plugin is refused as soon as that shows', () => {
  assert.throws(() => readRequest(Buffer.from('GET / HTTP/1.1\r\n')), /does not begin as/)
  const tooLarge = frame('', '')
  tooLarge.writeUInt32LE((4 << 20) + 1, 8)
  assert.throws(() => readRequest(tooLarge), /larger than any/)
  assert.throws(() => readRequest(Buffer.concat([frame('', 'x'), Buffer.from('y')])), /after its end/)
})

test('an answer says how long it is, in octets', () => {
  assert.deepEqual(
    answerFrame({ exitStatus: 1, stdout: 'é' }),
    Buffer.from('FLC1\x01\0\0\0\x02\0\0\0\xc3\xa9', 'latin1'),
  )
})
