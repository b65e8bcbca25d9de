import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { Rcode, RecordType } from '#names/record.ts'
import { recordLine } from '#names/testing/record-text.ts'
import { decodeQuery, decodeRecords } from '../decode.ts'
import { DnsCounts } from '../dns-counts.ts'
import { encodeQuestion } from '../encode.ts'
import { Outside, type OutsideSettings, upstreamSlots } from './outside.ts'
import { FakeUpstream } from './testing/fake-upstream.ts'

const NAME = 'www.example.org'
const ADDRESS = '198.51.100.7'
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

const start = (settings: Partial<OutsideSettings> = {}) => {
  const clock = new HandClock()
  const upstream = new FakeUpstream()
  const counts = new DnsCounts()
  upstream.says = () => ({ addresses: [[ADDRESS, 300]] })
  let turn = 0
  const outside = new Outside(
    { servers: ['192.0.2.1'], ...settings },
    {
      clock,
      random: () => (turn = (turn + 0.37) % 1),
      counts,
      udp: upstream.exchange('udp'),
      tcp: upstream.exchange('tcp'),
    },
  )
  const raw = async (name = NAME, type: number = RecordType.A, transport: 'udp' | 'tcp' = 'udp') => {
    const message = encodeQuestion(name, type)
    return await outside.answer(decodeQuery(message)!, message, transport)
  }
  /** Name, type and address, and the TTL behind them; or the rcode. */
  const ask = async (name = NAME, type: number = RecordType.A) => {
    const reply = await raw(name, type)
    const rcode = reply[3]! & 15
    return rcode === Rcode.NOERROR ? decodeRecords(reply).map((one) => `${recordLine(one)} ${one.ttl}`) : rcode
  }
  return { clock, upstream, counts, outside, ask, raw }
}
const line = (ttl: number, name = NAME) => [`${name} A ${ADDRESS} ${ttl}`]

test('Outside: an answer is kept for 30 s at most, and its TTL goes down with its age; then it is asked for again', async () => {
  const { ask, clock, upstream, counts } = start()
  assert.deepEqual(await ask(), line(30))
  clock.advance(12_500)
  assert.deepEqual(await ask(), line(18))
  clock.advance(17_499)
  assert.deepEqual(await ask(), line(1))
  assert.equal(upstream.asked.length, 1)
  clock.advance(1)
  assert.deepEqual(await ask(), line(30))
  assert.equal(upstream.asked.length, 2)
  assert.deepEqual([counts.cached('hitsSuccess'), counts.cached('misses'), counts.cached('entriesSuccess')], [2, 2, 1])
})

test('Outside: a shorter TTL is the record’s own, and of TTL 0 nothing is kept', async () => {
  const { ask, clock, upstream } = start()
  upstream.says = () => ({ addresses: [[ADDRESS, 4]] })
  assert.deepEqual(await ask(), line(4))
  clock.advance(4000)
  upstream.says = () => ({ addresses: [[ADDRESS, 0]] })
  assert.deepEqual(await ask(), line(0))
  await ask()
  assert.equal(upstream.asked.length, 3)
})

test('Outside: that a name is not there is kept as long as the SOA says, its TTL or its minimum', async () => {
  for (const soa of [
    { ttl: 9, minimum: 600 },
    { ttl: 600, minimum: 9 },
  ]) {
    const { ask, clock, upstream, counts } = start()
    upstream.says = () => ({ rcode: Rcode.NXDOMAIN, soa })
    assert.equal(await ask(), Rcode.NXDOMAIN)
    clock.advance(8999)
    assert.equal(await ask(), Rcode.NXDOMAIN)
    assert.deepEqual([upstream.asked.length, counts.cached('hitsDenial')], [1, 1])
    clock.advance(1)
    await ask()
    assert.equal(upstream.asked.length, 2)
  }
})

test('Outside: a denial without an SOA is not kept, and neither is a failure', async () => {
  for (const rcode of [Rcode.NXDOMAIN, Rcode.SERVFAIL]) {
    const { ask, upstream } = start()
    upstream.says = () => ({ rcode })
    assert.deepEqual([await ask(), await ask()], [rcode, rcode])
    assert.ok(upstream.asked.length >= 2)
  }
})

test('Outside: the same question of many at once is asked once, another letter’s case is the same', async () => {
  const { ask, upstream } = start()
  const found = await Promise.all([ask(), ask('WWW.example.ORG'), ask()])
  assert.deepEqual(found, [line(30), line(30, 'WWW.example.ORG'), line(30)])
  assert.equal(upstream.asked.length, 1)
  await ask(NAME, RecordType.AAAA)
  assert.equal(upstream.asked.length, 2)
})

test('Outside: a stub domain’s servers are asked for it and all below, the longest domain counts, and others are not', async () => {
  const stubDomains = { 'corp.example': ['192.0.2.9'], 'Eu.Corp.Example.': ['[2001:db8::9]:5353'] }
  const { ask, upstream, outside } = start({ stubDomains })
  for (const name of ['corp.example', 'git.corp.example', 'git.eu.corp.example', 'notcorp.example']) await ask(name)
  assert.deepEqual(upstream.asked, [
    '192.0.2.9 udp corp.example',
    '192.0.2.9 udp git.corp.example',
    '2001:db8::9 udp git.eu.corp.example',
    '192.0.2.1 udp notcorp.example',
  ])
  assert.deepEqual(
    ['a.CORP.example', 'example'].map((name) => outside.isStub(name)),
    [true, false],
  )
  assert.deepEqual(
    upstreamSlots({ servers: ['192.0.2.1'], stubDomains }).map(({ server }) => server),
    ['192.0.2.1:53', '192.0.2.9:53', '[2001:db8::9]:5353'],
  )
})

test('Outside: where no upstream answers, what is behind its time serves, with a TTL of 30 s, as long as it may', async () => {
  const { ask, clock, upstream, counts } = start({ cache: { staleSeconds: 60 } })
  await ask()
  upstream.says = () => undefined
  clock.advance(60_000)
  assert.deepEqual(await ask(), line(30))
  upstream.says = () => ({ rcode: Rcode.SERVFAIL })
  assert.deepEqual(await ask(), line(30))
  assert.equal(counts.cached('stale'), 2)
  clock.advance(30_000)
  assert.equal(await ask(), Rcode.SERVFAIL)
})

test('Outside: without that, a client is told that nobody answers, and who was asked', async () => {
  const { ask, clock, upstream } = start()
  await ask()
  upstream.says = () => undefined
  clock.advance(31_000)
  await assert.rejects(ask(), /no upstream nameserver answered \(asked 192\.0\.2\.1:53\)/)
})

test('Outside: an upstream that takes long does not keep a client from what is stale', async () => {
  const { ask, clock, upstream, counts } = start({ cache: { staleSeconds: 60 } })
  await ask()
  clock.advance(31_000)
  upstream.isSlow = true
  const late = ask()
  await settle()
  clock.advance(1_799)
  assert.equal(counts.cached('stale'), 0)
  clock.advance(1)
  assert.deepEqual(await late, line(30))
  assert.equal(counts.cached('stale'), 1)
})

test('Outside: an entry that is asked for often is asked again in the last tenth of its time', async () => {
  const { ask, clock, upstream, counts } = start({ prefetchHits: 2 })
  await ask()
  clock.advance(10_000)
  await ask()
  await ask()
  assert.equal(upstream.asked.length, 1, 'not yet')
  clock.advance(17_500)
  await ask()
  await settle()
  assert.deepEqual([upstream.asked.length, counts.cached('prefetched')], [2, 1])
  clock.advance(10_000)
  assert.deepEqual(await ask(), line(20))
  assert.equal(upstream.asked.length, 2)
})

test('Outside: so many questions are under way at a time, others are told at once', async () => {
  const { ask, counts } = start({ maxConcurrent: 2 })
  const outcomes = await Promise.allSettled(['a.example', 'b.example', 'c.example'].map((name) => ask(name)))
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
  assert.equal(counts.cached('rejected'), 1)
  assert.deepEqual(await ask('c.example'), line(30, 'c.example'))
})

test('bounds: the cache holds so many octets, and who was not asked for the longest makes room', async () => {
  const { ask, clock, upstream, counts } = start({ cache: { bytes: 16 << 10 } })
  for (let index = 0; index < 200; index++) await ask(index % 2 === 0 ? NAME : `n${index}.example.org`)
  assert.ok(counts.cached('entriesSuccess') < 40 && counts.cached('entriesSuccess') > 10)
  assert.ok(counts.cached('evictions') > 50)
  assert.equal(upstream.asked.filter((one) => one.endsWith(NAME)).length, 1, 'what is asked for stays')
  clock.advance(0)
})

test('Outside: a long answer comes whole by TCP, and by UDP as far as the client takes it', async () => {
  const { raw, upstream } = start()
  const addresses = Array.from({ length: 60 }, (_, index) => [`198.51.100.${index}`, 60] as const)
  upstream.says = (_, transport) => (transport === 'udp' ? { isTruncated: true } : { addresses })
  const cut = await raw()
  assert.equal(cut[2]! & 2, 2, 'TC')
  assert.ok(cut.length <= 512 && decodeRecords(cut).length > 20, `${cut.length}`)
  const whole = await raw(NAME, RecordType.A, 'tcp')
  assert.deepEqual([whole[2]! & 2, decodeRecords(whole).length], [0, 60])
  assert.deepEqual(upstream.asked, [`192.0.2.1 udp ${NAME}`, `192.0.2.1 tcp ${NAME}`])
})

test('Outside: the records of a name that a CNAME leads to', async () => {
  const { outside, clock } = start()
  const query = decodeQuery(encodeQuestion('docs.shop.svc.cluster.local', RecordType.A))!
  assert.deepEqual((await outside.resolve(NAME, RecordType.A, query)).map(recordLine), [`${NAME} A ${ADDRESS}`])
  clock.advance(7000)
  assert.equal((await outside.resolve(NAME, RecordType.A, query))[0]!.ttl, 23)
})
