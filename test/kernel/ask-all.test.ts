import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { askAll } from '#facts/live/ask-all.ts'
import { hasSctpSockets } from '#kernel/sockets/probe-socket.ts'

const HOME = '/proc/self/ns/net'
const LOOPBACK = '127.0.0.1'
const question = (protocol: 'TCP' | 'UDP' | 'SCTP', port: number, more: object = {}) => ({
  namespace: HOME,
  protocol,
  address: LOOPBACK,
  port,
  ...more,
})

test('of many connections that are begun at once each is told what came of it, and a silence is waited for once', async (t) => {
  const tcp = createServer((socket) => socket.end()).listen(0, LOOPBACK)
  const [udp, deaf] = [createSocket('udp4'), createSocket('udp4')]
  udp.on('message', (data, from) => udp.send(data, from.port, from.address))
  udp.bind(0, LOOPBACK)
  deaf.bind(0, LOOPBACK)
  await Promise.all([tcp, udp, deaf].map((one) => once(one, 'listening')))
  t.after(() => {
    for (const one of [tcp, udp, deaf]) one.close()
  })
  const tcpPort = (tcp.address() as AddressInfo).port
  const closed = createServer().listen(0, LOOPBACK)
  await once(closed, 'listening')
  const { port: closedPort } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  const asked = [
    question('TCP', tcpPort),
    question('UDP', udp.address().port),
    question('UDP', deaf.address().port),
    question('TCP', closedPort),
    question('UDP', closedPort),
    ...Array.from({ length: 1_000 }, (_, index) =>
      question(index % 2 ? 'UDP' : 'TCP', index % 2 ? udp.address().port : tcpPort, { expected: true }),
    ),
  ]
  const began = Date.now()
  // One socket's queue is full before it has answered hundreds: those are asked again.
  const answers = await askAll(asked, { quietMs: 100, againMs: 10_000 })
  assert.deepEqual(answers.slice(0, 5), ['answered', 'answered', 'silent', 'refused', 'refused'])
  assert.deepEqual([...new Set(answers.slice(5))], ['answered'])
  assert.ok(Date.now() - began >= 100)
  assert.ok(Date.now() - began < 10_000, 'of whom nobody expects anything is not asked again')
  assert.deepEqual(await askAll([question('SCTP', tcpPort)], { quietMs: 100, againMs: 0 }), [
    hasSctpSockets() ? 'refused' : 'unreachable',
  ])
})

test('a silence begins when something has come to anybody last', async (t) => {
  const udp = createSocket('udp4')
  udp.bind(0, LOOPBACK)
  await once(udp, 'listening')
  t.after(() => udp.close())
  let heard = 0
  udp.on('message', (data, from) => setTimeout(() => udp.send(data, from.port, from.address), 350 * ++heard))
  const asked = [question('UDP', udp.address().port), question('UDP', udp.address().port)]
  assert.deepEqual(await askAll(asked, { quietMs: 600, againMs: 0 }), ['answered', 'answered'])
})

test('who met something else than expected is asked again, until that is met or the time is over', async (t) => {
  const udp = createSocket('udp4')
  udp.bind(0, LOOPBACK)
  await once(udp, 'listening')
  t.after(() => udp.close())
  const { port } = udp.address()
  let heard = 0
  udp.on('message', (data, from) => {
    if (++heard >= 3) udp.send(data, from.port, from.address)
  })
  const expecting = [question('UDP', port, { expected: true })]
  assert.deepEqual(await askAll(expecting, { quietMs: 30, againMs: 10_000 }), ['answered'])
  assert.equal(heard, 3)
  udp.removeAllListeners('message')
  assert.deepEqual(await askAll(expecting, { quietMs: 30, againMs: 100 }), ['silent'])
  await assert.rejects(
    askAll([{ ...question('TCP', port), namespace: '/run/netns/none' }], { quietMs: 1, againMs: 0 }),
    {
      code: 'NAMESPACE_UNKNOWN',
    },
  )
})
