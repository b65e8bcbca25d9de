import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Filter } from '#routes/table/entry.ts'
import { EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { HTTP_BIND } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(['one'])
})
after(() => backends.stop())

/** Listens for copies, and answers none. */
class Listening {
  /** Connections that came, and what each has sent. */
  readonly came: string[] = []
  readonly server: Server

  constructor() {
    this.server = createServer((socket) => {
      const at = this.came.push('') - 1
      socket
        .on('error', () => {})
        .on('data', (data) => {
          this.came[at] += String(data)
        })
    }).listen(0, '127.0.0.1')
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }
}

const mirror = (backend: string): Filter => ({ type: 'mirror', backend, numerator: 1, denominator: 1 })

/** A proxy whose hosts have copies of their requests sent to who listens by that name, of one namespace. */
async function withCopies(
  listening: Readonly<Record<string, Listening>>,
  work: () => Promise<void>,
  first: readonly Filter[] = [],
): Promise<void> {
  const all = Object.entries(listening)
  for (const [, { server }] of all) if (!server.listening) await once(server, 'listening')
  const entries = all.map(([host]) => entry(host, 'one', { id: host, filters: [...first, mirror(host)] }))
  try {
    await withProxy(backends, entries, work, new Map(all.map(([host, { port }]) => [host, port])))
  } finally {
    for (const [, { server }] of all) server.close()
  }
}

const until = async (isSo: () => boolean) => {
  for (let tries = 0; tries < 300 && !isSo(); tries++) await sleep(10)
}

test('copies of one namespace leave half of what is free, to however many backends they go', async () => {
  const [some, more] = [new Listening(), new Listening()]
  await withCopies({ 'some.test': some, 'more.test': more }, async () => {
    for (const host of ['some.test', 'more.test'])
      await Promise.all(Array.from({ length: 40 }, () => send(request(host))))
    await until(() => some.came.length + more.came.length >= 25)
    await sleep(100)
    assert.deepEqual([some.came.length, more.came.length], [17, 8])
  })
})

test('requests whose bodies are waited for at once make no more copies than others', async () => {
  const hung = new Listening()
  await withCopies({ 'hung.test': hung }, async () => {
    const sockets = Array.from({ length: 40 }, () => connect(HTTP_BIND, '127.0.0.1'))
    const ends = sockets.map((socket) => once(socket.resume(), 'close'))
    for (const socket of sockets) socket.write(request('hung.test', ['Content-Length: 4'], 'bo', 'POST'))
    await sleep(300)
    for (const socket of sockets) socket.write('dy')
    await Promise.all(ends)
    await until(() => hung.came.length >= 17)
    await sleep(100)
    assert.equal(hung.came.length, 17)
  })
})

test('nobody waits for a body that is too large to be copied', async () => {
  const hung = new Listening()
  await withCopies({ 'hung.test': hung }, async () => {
    const size = 60_000
    const socket = connect(HTTP_BIND, '127.0.0.1')
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.write(request('hung.test', [`Content-Length: ${size}`, 'Expect: 100-continue'], '', 'POST'))
    // The backend says when it wants the body: so long the request has been held up.
    await until(() => text !== '')
    assert.match(text, /^HTTP\/1\.1 100 /)
    socket.destroy()
  })
})

test('a copy asks for no conversation, and goes where its rule says whatever a rule writes into it', async () => {
  const copied = new Listening()
  const names = ['x-fairlead-slot', 'x-fairlead-method', 'x-a']
  const set: Filter = {
    type: 'requestHeaders',
    set: names.map((name) => ({ name, value: 'http-1' })),
    add: [],
    remove: [],
  }
  await withCopies({ 'a.test': copied }, async () => {
    const head = ['Upgrade: other', 'Expect: 100-continue', 'X-B: 2']
    const asked = request('a.test', head).replace('Connection: close', 'Connection: Upgrade, close')
    backends.heard.length = 0
    await send(asked)
    await until(() => copied.came.length > 0 && copied.came[0] !== '')
    assert.deepEqual([backends.heard.length, copied.came.length], [1, 1])
    const [told = ''] = copied.came
    assert.match(told, /^GET \/x HTTP\/1\.1\r\n/)
    assert.match(told, /^x-b: 2\r$/im)
    assert.match(told, /^x-a: http-1\r$/im)
    assert.doesNotMatch(told, /^(?:upgrade|expect|x-fairlead-.*):|^connection:.*upgrade/im)
  }, [set])
})
