import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Filter } from '#routes/table/entry.ts'
import { headerOf } from '#routes/table/request-values.ts'
import { type Echo, EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { HTTP_BIND, KEYS } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(KEYS)
})
after(() => backends.stop())

test('copies go to where they should, with bodies, and nobody waits for them', async () => {
  const mirror = (backend: string, numerator: number, denominator: number): Filter => ({
    type: 'mirror',
    backend,
    numerator,
    denominator,
  })
  const slow = createServer((incoming) => incoming.resume()).listen(0, '127.0.0.1')
  await once(slow, 'listening')
  const filters = [mirror('two', 1, 1), mirror('three', 1, 2), mirror('slow', 1, 1)]
  await withProxy(
    backends,
    [entry('', 'one', { filters })],
    async () => {
      backends.heard.length = 0
      const start = performance.now()
      for (let count = 0; count < 40; count++) {
        const answer = await send(request('a.test', ['Content-Length: 4', 'X-A: 1'], 'body', 'POST', '/x?q=1'))
        assert.equal(answer.status, 200)
      }
      assert.ok(performance.now() - start < 10_000)
      for (let tries = 0; tries < 200 && count('two') < 40; tries++) await sleep(10)
      assert.equal(count('one'), 40)
      assert.equal(count('two'), 40)
      assert.ok(count('three') > 5 && count('three') < 35, `half of 40 is not ${count('three')}`)
      const copy = backends.heard.find(({ backend }) => backend === 'two') as Echo
      assert.deepEqual(
        [copy.method, copy.target, copy.body, headerOf(copy.headers, 'x-a'), headerOf(copy.headers, 'host')],
        ['POST', '/x?q=1', 'body', '1', 'a.test'],
      )
      assert.equal(headerOf(copy.headers, 'x-fairlead-slot'), undefined)
    },
    new Map([['slow', (slow.address() as AddressInfo).port]]),
  )
  slow.closeAllConnections()
  slow.close()
})
test('a copy is the request as it was where the rule has the copy taken, whatever its method; half a body is none', async () => {
  const header = (name: string): Filter => ({
    type: 'requestHeaders',
    set: [{ name, value: '1' }],
    add: [],
    remove: [],
  })
  const mirror: Filter = { type: 'mirror', backend: 'two', numerator: 1, denominator: 1 }
  const one = {
    weight: 1,
    to: { backend: 'one' },
    filters: [header('x-backend'), { type: 'rewrite', path: { type: 'Full', value: '/moved' } }] as Filter[],
  }
  const rule = {
    filters: [header('x-before'), mirror, header('x-after')],
    action: { type: 'forward', to: [one] },
  } as const
  await withProxy(backends, [entry('', 'one', rule)], async () => {
    backends.heard.length = 0
    const copy = async (): Promise<Echo> => {
      for (let tries = 0; tries < 200 && count('two') === 0; tries++) await sleep(10)
      const found = backends.heard.find(({ backend }) => backend === 'two') as Echo
      backends.heard.length = 0
      return found
    }
    const chunked = ['Transfer-Encoding: chunked']
    for (const [method, head, sent, body] of [
      ['PATCH', ['Content-Length: 4'], 'body', 'body'],
      ['OPTIONS', [], '', ''],
      ['PUT', chunked, '4\r\nbody\r\n0\r\n\r\n', 'body'],
      ['DELETE', ['Content-Length: 0'], '', ''],
    ] as const) {
      assert.equal((await send(request('a.test', head, sent, method))).status, 200)
      const got = await copy()
      assert.deepEqual([got.method, got.target, got.body], [method, '/x', body])
      const seen = ['x-before', 'x-after', 'x-backend'].filter((name) => headerOf(got.headers, name) !== undefined)
      assert.deepEqual(seen, ['x-before'], method)
    }
    // What does not fit into a buffer, or has not come while it is waited for, is passed on and not copied.
    const large = 'x'.repeat(60_000)
    assert.equal((await send(request('a.test', ['Content-Length: 60000'], large, 'POST'))).status, 200)
    assert.equal((await send(request('a.test', chunked, `ea60\r\n${large}\r\n0\r\n\r\n`, 'POST'))).status, 200)
    const slow = await slowRequest(request('a.test', chunked, '4\r\nbody\r\n', 'POST'), '4\r\nmore\r\n0\r\n\r\n', 1000)
    assert.match(slow, /^HTTP\/1.1 200 /)
    await sleep(200)
    assert.deepEqual([count('one'), count('two')], [3, 0])
    // One that says how large it is may take its time.
    const stated = request('a.test', ['Content-Length: 8'], 'body', 'POST')
    assert.match(await slowRequest(stated, 'more', 500), /^HTTP\/1.1 200 /)
    assert.equal((await copy()).body, 'bodymore')
  })
})

test('copies that nobody answers hold up no request, and only so many of them are under way', async () => {
  let held = 0
  const hung = createTcpServer((socket) => {
    held++
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(hung, 'listening')
  const filters: Filter[] = [{ type: 'mirror', backend: 'hung', numerator: 1, denominator: 1 }]
  await withProxy(
    backends,
    [entry('', 'one', { filters })],
    async () => {
      const began = performance.now()
      for (let round = 0; round < 10; round++) {
        const all = Array.from({ length: 20 }, () => send(request('a.test', ['Content-Length: 4'], 'body', 'POST')))
        for (const { status } of await Promise.all(all)) assert.equal(status, 200)
      }
      assert.ok(performance.now() - began < 8000)
      assert.ok(held > 0 && held <= 50, `${held} copies`)
    },
    new Map([['hung', (hung.address() as AddressInfo).port]]),
  )
  hung.close()
})

/** What listens for copies and does with each connection what `work` says; counts those that came, and those that are there. */
const listening = async (work: (socket: Socket) => void) => {
  const seen = { all: 0, now: 0 }
  const server = createTcpServer((socket) => {
    seen.all++
    seen.now++
    socket.on('error', () => {}).on('close', () => seen.now--)
    work(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { seen, server, port: (server.address() as AddressInfo).port }
}

const mirrored = (host: string, namespace: string) =>
  entry(host, 'one', {
    id: `HTTPRoute ${namespace}/r ${host}`,
    origin: { kind: 'HTTPRoute', namespace, name: 'r' },
    filters: [{ type: 'mirror', backend: host, numerator: 1, denominator: 1 }],
  })

test('an answer to a copy that never ends is ended, however it is drawn out', async () => {
  const drip = (first: string, again: string) =>
    listening((socket) => {
      socket.once('data', () => {
        socket.write(first)
        const timer = setInterval(() => socket.write(again), 20)
        socket.on('close', () => clearInterval(timer))
      })
    })
  const hosts = new Map([
    ['head.test', await drip('HTTP/1.1 200 OK\r\nX: ', 'x')],
    ['body.test', await drip('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', 'x')],
    ['large.test', await drip('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n', 'x'.repeat(10_000))],
    ['early.test', await drip('', 'HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n')],
  ])
  const entries = [...hosts.keys()].map((host) => mirrored(host, 'tenant'))
  const ports = new Map([...hosts].map(([host, { port }]) => [host, port]))
  await withProxy(
    backends,
    entries,
    async () => {
      for (const host of hosts.keys()) assert.equal((await send(request(host))).status, 200)
      const isOver = () => [...hosts.values()].every(({ seen }) => seen.all > 0 && seen.now === 0)
      for (let tries = 0; tries < 300 && !isOver(); tries++) await sleep(100)
      for (const [host, { seen }] of hosts) assert.deepEqual(seen, { all: 1, now: 0 }, host)
    },
    ports,
  )
  for (const { server } of hosts.values()) server.close()
})

test('a namespace whose copies hang leaves room for those of others', async () => {
  const hung = await listening(() => {})
  const other = await listening(() => {})
  await withProxy(
    backends,
    [mirrored('hung.test', 'tenant'), mirrored('other.test', 'victim')],
    async () => {
      const ask = async (host: string, count: number) => {
        for (const { status } of await Promise.all(Array.from({ length: count }, () => send(request(host)))))
          assert.equal(status, 200)
      }
      await ask('hung.test', 60)
      await ask('other.test', 5)
      for (let tries = 0; tries < 200 && hung.seen.all + other.seen.all < 22; tries++) await sleep(10)
      assert.deepEqual([hung.seen.all, other.seen.all], [17, 5])
    },
    new Map([
      ['hung.test', hung.port],
      ['other.test', other.port],
    ]),
  )
  hung.server.close()
  other.server.close()
})

const slowRequest = (first: string, rest: string, pauseMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(HTTP_BIND, '127.0.0.1', async () => {
      socket.write(first)
      await sleep(pauseMs)
      socket.write(rest)
    })
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })

const count = (key: string) => backends.heard.filter(({ backend }) => backend === key).length
