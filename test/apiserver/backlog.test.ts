import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { leases } from '#api/coordination/lease/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { answers, bodies } from '#apiserver/http/budgets.ts'
import { rawRequest, requestBytes } from '#apiserver/testing/raw-request.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import { createUnixClient } from '#client/unix-client.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const MIB = 1 << 20
const LIMITS = { bytes: 8 * MIB, changes: 10_000, age: 60_000 }
let server: TestServer
const faults: unknown[] = []
before(async () => {
  server = await startTestServer({ window: LIMITS, onError: (error) => faults.push(error) })
})
after(() => server.close())

/** Octets in use, of the heap and beside it, once what is no longer used is gone. */
const used = (): number => {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const watchers = async (resource = 'configmaps'): Promise<number> => {
  const { body } = await rawRequest(server.socketPath, requestBytes('GET', '/metrics', {}))
  const lines = body
    .toString()
    .matchAll(new RegExp(`longrunning_requests\\{.*resource="${resource}",.*\\} (\\d+)`, 'g'))
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
}

const FORMS = [
  'application/json',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
]

test('60 watchers that never read, in every form, cost no more than the window, and are cut', async () => {
  const put = async (round: number): Promise<void> => {
    const data = { text: `${round} ${'x'.repeat(900_000)}` }
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data } as const
    if (round === 0) await server.client.create(configMaps, object, { namespace: 'default' })
    else await server.client.update(configMaps, object, { namespace: 'default' })
    // As many turns as a request over the wire has.
    await new Promise((resolve) => setImmediate(resolve))
  }
  await put(0)
  const sockets: Socket[] = []
  for (let count = 0; count < 60; count++) {
    const socket = connect(server.socketPath)
    socket.pause()
    socket.on('error', () => {})
    const query = 'watch=1&includeObject=Object&resourceVersion=0'
    socket.write(requestBytes('GET', `/api/v1/configmaps?${query}`, { Accept: FORMS[count % 3]! }))
    sockets.push(socket)
  }
  while ((await watchers()) < 60) await sleep(5)
  const before = used()
  let most = 0
  for (let round = 1; round <= 30; round++) {
    await put(round)
    if (round % 10 === 0) most = Math.max(most, used() - before)
  }
  for (let count = 0; (await watchers()) > 0 && count < 100; count++) await sleep(10)
  assert.equal(await watchers(), 0)
  for (const socket of sockets) socket.destroy()
  // The window's 8 MiB, what is kept encoded (72 MiB), and what each client has before it: an event of 0.9 MB.
  assert.ok(most < 100 * MIB, `${Math.round(most / MIB)} MiB more`)
  assert.deepEqual(faults, [])
})

test('rewriting one large object over the wire takes no more than the window', async () => {
  const client = createUnixClient(server.socketPath)
  const before = used()
  for (let round = 0; round < 30; round++) {
    const data = { text: `${round} ${'y'.repeat(900_000)}` }
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'again' }, data } as const
    if (round === 0) await client.create(configMaps, object, { namespace: 'default' })
    else await client.update(configMaps, object, { namespace: 'default' })
  }
  const more = used() - before
  client.close()
  assert.ok(more < 60 * MIB, `${Math.round(more / MIB)} MiB more after 30 rewrites of 0.9 MB`)
})

test('an object that cannot be written ends its watchers with an ERROR in their own form, and nothing else', async () => {
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'odd' } }
  const read = (accept: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(server.socketPath)
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1')
      })
      socket.on('close', () => resolve(text))
      const query = `watch=1&resourceVersion=${version}&fieldSelector=metadata.name%3Dodd`
      socket.write(requestBytes('GET', `/apis/coordination.k8s.io/v1/leases?${query}`, { Accept: accept }))
    })
  const version = (await server.client.list(leases)).resourceVersion
  // Who owns its fields is found out as it is made, which reads them: it can be written until it stands.
  let stands = false
  const text = (): string => {
    if (stands) throw new Error('no time')
    return '2026-01-01T00:00:00.000000Z'
  }
  const acquireTime = Object.assign(() => {}, { toJSON: text, toString: text })
  await server.client.create(leases, { ...lease, spec: { acquireTime } } as never, { namespace: 'default' })
  stands = true
  const [json, protobuf] = await Promise.all([read(FORMS[0]!), read(FORMS[1]!)])
  assert.match(json!, /"type":"ERROR","object":\{"kind":"Status",.*"reason":"InternalError".*"code":500/)
  assert.match(protobuf!, /ERROR.*Status.*Internal error occurred/s)
  assert.equal(faults.splice(0).length, 2)
  assert.equal((await rawRequest(server.socketPath, requestBytes('GET', '/livez', {}))).status, 200)
  await server.client.delete(leases, 'odd', { namespace: 'default' })
})

test('an answer that nobody takes is counted until its client has gone, and above the limit a request is 429', async () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { text: 'z'.repeat(900_000) } }
  await server.client.create(configMaps, object as never, { namespace: 'default' })
  const get = requestBytes('GET', '/api/v1/namespaces/default/configmaps/a', {})
  const socket = connect(server.socketPath)
  socket.pause()
  socket.write(get)
  while (answers.held === 0) await sleep(5)
  const { held } = answers
  assert.ok(held > 900_000 && held < MIB, `${held}`)
  // As if others did not take theirs.
  const others = answers.hold(() => {}, 'others')
  assert.equal(others.take(128 * MIB), true)
  const more = answers.hold(() => {}, 'still others')
  assert.equal(more.take(128 * MIB - held - 1000), true)
  const refused = await rawRequest(server.socketPath, get)
  assert.equal(refused.status, 429)
  assert.match(refused.head, /\r\nRetry-After: 1/)
  assert.match(refused.body.toString(), /"reason":"TooManyRequests"/)
  others.end()
  more.end()
  socket.destroy()
  while (answers.held > 0) await sleep(5)
  assert.equal((await rawRequest(server.socketPath, get)).status, 200)
  assert.deepEqual(faults, [])
})

test('a body is counted while it is being sent, and no longer, whether it came whole, too large, or not to its end', async () => {
  const path = '/api/v1/namespaces/default/configmaps?dryRun=All'
  const object = { metadata: { name: 'b' }, data: { text: 'z'.repeat(900_000) } }
  const whole = requestBytes('POST', path, { 'Content-Type': 'application/json' }, JSON.stringify(object))
  const half = whole.subarray(0, whole.length / 2)
  const socket = connect(server.socketPath)
  socket.write(half)
  while (bodies.held < 400_000) await sleep(5)
  socket.destroy()
  while (bodies.held > 0) await sleep(5)
  assert.equal((await rawRequest(server.socketPath, whole)).status, 201)
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`
  const parts = Array.from({ length: 5 }, () =>
    Buffer.concat([Buffer.from('fffff\r\n'), Buffer.alloc(0xfffff, 'z'), Buffer.from('\r\n')]),
  )
  assert.equal((await rawRequest(server.socketPath, Buffer.concat([Buffer.from(head), ...parts]))).status, 413)
  assert.equal(bodies.held, 0)
})

test('a body of the limit is read, and one that is announced above it is refused before it comes', async () => {
  const head = (octets: number): string =>
    `POST /api/v1/namespaces/default/configmaps?dryRun=All HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${octets}\r\n\r\n`
  const json = JSON.stringify({ metadata: { name: 'c' }, data: { a: 'b' } })
  const whole = json.padEnd(3 * MIB)
  assert.equal((await rawRequest(server.socketPath, Buffer.from(head(whole.length) + whole))).status, 201)
  const refused = await rawRequest(server.socketPath, Buffer.from(head(whole.length + 1)))
  assert.equal(refused.status, 413)
  assert.match(refused.body.toString(), /"reason":"RequestEntityTooLarge"/)
  assert.equal(bodies.held, 0)
})
