import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { Rcode, RecordType } from '#names/record.ts'
import { DnsCounts } from '../dns-counts.ts'
import { Forwarder } from './forwarder.ts'
import { FakeUpstream } from './testing/fake-upstream.ts'
import { parseUpstream } from './upstream-address.ts'
import type { Asked } from './upstream-query.ts'
import type { UpstreamPolicy } from './upstream-servers.ts'

const ASKED: Asked = {
  question: { name: 'www.example.org', type: RecordType.A, class: 1 },
  recursionDesired: true,
  checkingDisabled: false,
  dnssecOk: false,
  authenticData: false,
}

const start = (servers = ['192.0.2.1', '192.0.2.2'], policy: UpstreamPolicy = 'sequential') => {
  const clock = new HandClock()
  const upstream = new FakeUpstream()
  const counts = new DnsCounts()
  upstream.says = () => ({ addresses: [['198.51.100.7', 60]] })
  let seed = 0.1
  const forwarder = new Forwarder({
    servers: servers.map((text) => parseUpstream(text)!),
    policy,
    clock,
    random: () => (seed = (seed * 7.13 + 0.11) % 1),
    counts,
    firstSlot: 0,
    udp: upstream.exchange('udp'),
    tcp: upstream.exchange('tcp'),
  })
  const ask = () => forwarder.ask(ASKED)
  const hosts = () => upstream.asked.splice(0).map((one) => one.split(' ').slice(0, 2).join(' '))
  return { clock, upstream, counts, ask, hosts }
}

test('Forwarder: each question has an id, letters and an OPT record of its own, and never the one before', async () => {
  const { upstream, ask } = start()
  for (let count = 0; count < 20; count++) await ask()
  const ids = new Set(upstream.queries.map((query) => (query[0]! << 8) | query[1]!))
  const names = new Set(upstream.queries.map((query) => Buffer.from(query.subarray(12, 29)).toString('latin1')))
  assert.deepEqual([ids.size, names.size], [20, 20])
  for (const query of upstream.queries) assert.deepEqual([...query.subarray(-11)], [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0])
})

test('Forwarder: a server that is silent is passed over for the next; twice in a row, and it is left out with back-off', async () => {
  const { upstream, ask, hosts, clock, counts } = start()
  upstream.says = ({ address }) => (address === '192.0.2.1' ? undefined : {})
  await ask()
  await ask()
  assert.deepEqual(hosts(), ['192.0.2.1 udp', '192.0.2.2 udp', '192.0.2.1 udp', '192.0.2.2 udp'])
  await ask()
  assert.deepEqual(hosts(), ['192.0.2.2 udp'], 'left out')
  clock.advance(1000)
  await ask()
  assert.deepEqual(hosts(), ['192.0.2.1 udp', '192.0.2.2 udp'], 'tried again')
  clock.advance(900)
  await ask()
  assert.deepEqual(hosts(), ['192.0.2.2 udp'], 'for longer')
  upstream.says = () => ({})
  clock.advance(30_000)
  await ask()
  await ask()
  assert.deepEqual(hosts(), ['192.0.2.1 udp', '192.0.2.1 udp'], 'and well again')
  assert.deepEqual([counts.failures(0), counts.failures(1)], [3, 0])
})

test('Forwarder: where all are left out they are asked all the same, and where none answers all are named', async () => {
  const { upstream, ask, hosts } = start()
  upstream.says = () => undefined
  for (let count = 0; count < 3; count++)
    await assert.rejects(ask(), /no upstream nameserver answered \(asked 192\.0\.2\.1:53, 192\.0\.2\.2:53\)/)
  assert.equal(hosts().length, 6)
  await assert.rejects(start([]).ask(), /asked none/)
})

test('Forwarder: one server alone is asked twice, for a datagram may be lost', async () => {
  const { upstream, ask, hosts } = start(['192.0.2.1'])
  let times = 0
  upstream.says = () => (++times === 1 ? undefined : {})
  await ask()
  assert.deepEqual(hosts(), ['192.0.2.1 udp', '192.0.2.1 udp'])
})

test('Forwarder: a server that refuses or fails is passed over; what it said is given where none says better', async () => {
  for (const rcode of [Rcode.SERVFAIL, Rcode.REFUSED, Rcode.NOTIMP]) {
    const { upstream, ask } = start()
    upstream.says = ({ address }) => (address === '192.0.2.1' ? { rcode } : {})
    assert.equal((await ask()).rcode, Rcode.NOERROR)
    upstream.says = () => ({ rcode })
    assert.equal((await ask()).rcode, rcode)
  }
})

test('Forwarder: letters in another case are believed by TCP alone', async () => {
  const { upstream, ask, hosts } = start()
  upstream.says = () => ({ foldsCase: true, addresses: [['198.51.100.7', 60]] })
  assert.equal((await ask()).counts[0], 1)
  assert.deepEqual(hosts(), ['192.0.2.1 udp', '192.0.2.1 tcp'])
})

test('Forwarder: a server from before EDNS is asked without it', async () => {
  const { upstream, ask } = start()
  upstream.says = () =>
    upstream.queries.at(-1)!.at(-11) === 0 && upstream.queries.length === 1 ? { rcode: Rcode.FORMERR } : {}
  assert.equal((await ask()).rcode, Rcode.NOERROR)
  assert.deepEqual(
    upstream.queries.map((query) => query[11]),
    [1, 0],
  )
})

test('Forwarder: round_robin and random spread questions over all servers', async () => {
  for (const policy of ['round_robin', 'random'] as const) {
    const { ask, hosts } = start(['192.0.2.1', '192.0.2.2', '192.0.2.3'], policy)
    for (let count = 0; count < 30; count++) await ask()
    const firsts = hosts()
    assert.equal(firsts.length, 30)
    for (const server of ['192.0.2.1', '192.0.2.2', '192.0.2.3'])
      assert.ok(firsts.filter((one) => one.startsWith(server)).length >= 4, `${policy}: ${server}`)
  }
})
