import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { PluginAnswer } from '#cni/plugin/frame.ts'
import { DoorServer } from './door-server.ts'

const frame = (command: string): Buffer => {
  const env = `CNI_COMMAND=${command}\0`
  const header = Buffer.from('FLC1\0\0\0\0\x02\0\0\0', 'latin1')
  header.writeUInt32LE(env.length, 4)
  return Buffer.concat([header, Buffer.from(`${env}{}`)])
}

const start = () => {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-door-'))
  const socket = join(root, 'run/cni.sock')
  const clock = new HandClock()
  const logged: string[] = []
  const waiting: ((answer: PluginAnswer) => void)[] = []
  const serve = () =>
    new DoorServer({
      socket,
      clock,
      answer: () => new Promise((resolve) => waiting.push(resolve)),
      log: (message) => void logged.push(message),
    })
  const ask = async (...parts: readonly Buffer[]): Promise<string> => {
    const connection = connect(socket)
    await once(connection, 'connect')
    const heard: Buffer[] = []
    connection.on('data', (part) => heard.push(part))
    // Reset where the server has not read all: that is an end too.
    connection.on('error', () => undefined)
    const closed = new Promise((resolve) => connection.on('close', resolve))
    for (const part of parts) {
      connection.write(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await closed
    return Buffer.concat(heard).toString('latin1')
  }
  return { root, socket, clock, logged, waiting, serve, ask, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}
const until = async (is: () => boolean) => {
  for (let turns = 0; !is() && turns < 10_000; turns++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(is(), true, `${is}`)
}
const DONE = { exitStatus: 0, stdout: 'done' } as const

test('the socket is root’s alone from its first moment, and one agent’s', async () => {
  using it = start()
  const mask = process.umask(0o022)
  try {
    const server = it.serve()
    assert.equal(process.umask(), 0o022)
    assert.deepEqual([statSync(it.socket).mode & 0o777, statSync(join(it.root, 'run')).mode & 0o777], [0o600, 0o700])
    assert.throws(it.serve, /another agent of this node answers at/)
    assert.equal(existsSync(it.socket), true)
    await server.close()
    // One that was killed leaves its socket.
    writeFileSync(it.socket, '')
    await it.serve().close()
  } finally {
    process.umask(mask)
  }
})

test('a request may come in pieces; thirty are worked on at once, and the others when it is their turn', async () => {
  using it = start()
  const server = it.serve()
  const octets = frame('ADD')
  const asked = [it.ask(octets.subarray(0, 5), octets.subarray(5))]
  for (let more = 0; more < 31; more++) asked.push(it.ask(octets))
  await until(() => it.waiting.length === 30)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(it.waiting.length, 30)
  it.waiting[0]!(DONE)
  await until(() => it.waiting.length === 31)
  it.waiting[1]!({ exitStatus: 1, stdout: '{"code":11}' })
  await until(() => it.waiting.length === 32)
  for (const answer of it.waiting) answer(DONE)
  const heard = (await Promise.all(asked)).sort()
  assert.deepEqual([heard[0], heard.at(-1)], ['FLC1\0\0\0\0\x04\0\0\0done', 'FLC1\x01\0\0\0\x0b\0\0\0{"code":11}'])
  assert.deepEqual(it.logged, ['CNI ADD : {"code":11}'])
  await server.close()
})

test('whoever says nothing, or something else, is heard no longer, and one that has asked is answered at the end', async () => {
  using it = start()
  const server = it.serve()
  assert.equal(await it.ask(Buffer.from('GET / HTTP/1.1\r\n\r\n')), '')
  assert.match(it.logged.join(), /no request of our plugin/)
  const silent = it.ask(frame('ADD').subarray(0, 20))
  await new Promise((resolve) => setImmediate(resolve))
  await until(() => it.clock.next !== undefined)
  it.clock.advance(10_000)
  assert.equal(await silent, '')
  const asked = it.ask(frame('DEL'))
  await until(() => it.waiting.length === 1)
  const closed = server.close()
  it.waiting[0]!(DONE)
  assert.match(await asked, /done$/)
  await closed
  await assert.rejects(it.ask(frame('ADD')))
})
