import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ProxyError } from '../proxy-error.ts'
import { RuntimeSocket, word } from './runtime-socket.ts'

/** Answers what it is told to, in HAProxy's form, as soon as the lines are there. */
const serve = async (t: TestContext, answer: (said: string, socket: Socket) => void): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-'))
  const path = join(folder, 'socket')
  const server = createServer((socket) => {
    socket.setEncoding('utf8')
    socket.on('data', (text) => answer(String(text), socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  return path
}

test('answers come to their commands in order, however they are cut and whatever belongs to a command', async (t) => {
  const path = await serve(t, (said, socket) => {
    if (said.startsWith('prompt')) return void socket.write('\n> ')
    // Three commands at once: one shows something, one has two lines of its own, one is refused.
    const whole = '0x1 a b\n0x2 c d\n\n> + + \n> Key not found.\n\n> '
    for (const [at, letter] of [...whole].entries()) setTimeout(() => socket.write(letter), at / 10)
  })
  const socket = await RuntimeSocket.open(path)
  const answers = await Promise.all([
    socket.ask({ line: 'show map m' }),
    socket.run({ line: 'add map m', payload: 'a b\nc d' }),
    socket.run({ line: 'del map m x' }).catch((error: unknown) => error),
  ])
  assert.equal(answers[0], '0x1 a b\n0x2 c d')
  assert.equal(answers[1], '')
  assert.ok(answers[2] instanceof ProxyError)
  assert.equal(answers[2].code, 'PROXY_REFUSED')
  assert.equal(answers[2].message, 'HAProxy refused "del map m x": Key not found.')
  socket.close()
})

test('where something is answered that nobody has asked, no answer is believed any more', async (t) => {
  const path = await serve(t, (said, socket) => {
    if (said.startsWith('prompt')) return void socket.write('\n> ')
    socket.write('one\n\n> ')
    setTimeout(() => socket.write('two\n\n> '), 5)
  })
  let ends = 0
  const socket = await RuntimeSocket.open(path, () => ends++)
  assert.equal(await socket.ask({ line: 'show one' }), 'one')
  while (socket.isOpen) await new Promise((resolve) => setTimeout(resolve, 1))
  await assert.rejects(socket.ask({ line: 'show more' }), /it answers what nobody has asked/)
  assert.equal(ends, 1)
})

test('what HAProxy has no room for is not sent, and harms nobody', async (t) => {
  const path = await serve(t, (said, socket) => {
    if (said.length > 32_768) socket.destroy()
    else socket.write('\n> ')
  })
  const socket = await RuntimeSocket.open(path)
  for (const command of [
    { line: `set map m a ${'v'.repeat(33_000)}` },
    { line: 'add map m', payload: `a ${'é'.repeat(16_000)}` },
  ])
    await assert.rejects(socket.run(command), { code: 'PROXY_REFUSED', message: /no room for .* octets/ })
  assert.equal(await socket.run({ line: `set map m a ${'v'.repeat(31_000)}` }), '')
  socket.close()
})

test('whoever waits when the connection ends is told, and so is whoever asks later', async (t) => {
  const path = await serve(t, (said, socket) => {
    if (said.startsWith('prompt')) socket.write('\n> ')
    else socket.destroy()
  })
  let ended = 0
  const socket = await RuntimeSocket.open(path, () => ended++)
  const both = await Promise.allSettled([socket.ask({ line: 'show info' }), socket.ask({ line: 'show map' })])
  assert.deepEqual(
    both.map((one) => one.status === 'rejected' && one.reason.code),
    ['PROXY_UNREACHABLE', 'PROXY_UNREACHABLE'],
  )
  await assert.rejects(socket.ask({ line: 'show info' }), { code: 'PROXY_UNREACHABLE' })
  assert.equal(ended, 1)
  assert.equal(socket.isOpen, false)
  await assert.rejects(RuntimeSocket.open(`${path}-not-there`), { code: 'PROXY_UNREACHABLE' })
})

test('a word of a command is one word for HAProxy too', () => {
  assert.equal(word('plain'), 'plain')
  assert.equal(word('a b;c\\d'), 'a\\ b\\;c\\\\d')
})
