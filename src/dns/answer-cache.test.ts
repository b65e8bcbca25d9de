import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { RecordType } from '#names/record.ts'
import { recordLine } from '#names/testing/record-text.ts'
import { Zone } from '#names/zone.ts'
import { AnswerCache } from './answer-cache.ts'
import { decodeQuery, decodeRecords } from './decode.ts'
import { encodeAnswer, encodeQuestion } from './encode.ts'

const ENDPOINTS = 5
const service = (spec: Service['spec']): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: {}, spec })
const zoneOf = (): Zone => {
  const zone = new Zone('cluster.local', ['10.96.0.10'])
  zone.setNamespace('shop', true)
  const ports = [{ name: 'http', port: 80 }]
  zone.setService('shop', 'web', service({ clusterIPs: ['10.96.7.1', 'fd00::7:1'], ports }), [])
  zone.setService('shop', 'alias', service({ type: 'ExternalName', externalName: 'db.shop.svc.cluster.local' }), [])
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) => ({ addresses: [`10.244.1.${index + 1}`] }))
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {},
    addressType: 'IPv4',
    endpoints,
    ports,
  }
  zone.setService('shop', 'db', service({ clusterIP: 'None', ports }), [slice])
  return zone
}
const zone = zoneOf()
const still = (): number => 0

const slow = (query: Uint8Array): Uint8Array => {
  const asked = decodeQuery(query)!
  const answer = zone.answer(asked.question, still)!
  return encodeAnswer(asked, answer, { transport: 'udp', recursionAvailable: false })
}
const room = new Uint8Array(70_000)
const find = (cache: AnswerCache, query: Uint8Array, revision = 1): Uint8Array | undefined => {
  const length = cache.find(revision, query, 0, query.length, room, 0)
  return length === 0 ? undefined : room.slice(0, length)
}
const learn = (cache: AnswerCache, query: Uint8Array, revision = 1): void => {
  if (find(cache, query, revision) === undefined) cache.keep(slow(query))
}
const opt = (udpSize: number, flags = 0): readonly number[] => [
  0,
  0,
  41,
  udpSize >> 8,
  udpSize & 255,
  0,
  0,
  flags,
  0,
  0,
  0,
]
const withOpt = (query: Uint8Array, record: readonly number[]): Uint8Array => {
  const whole = Uint8Array.from([...query, ...record])
  whole[11] = 1
  return whole
}

const NAMES = ['web', 'db', 'alias', 'gone', '10-244-1-3.db', '_http._tcp.web', '_http._tcp.db', '_tcp.web']
const anyQuery = fc
  .record({
    name: fc.constantFrom(...NAMES).map((name) => `${name}.shop.svc.cluster.local`),
    type: fc.constantFrom(RecordType.A, RecordType.AAAA, RecordType.SRV, RecordType.TXT, RecordType.ANY, 65, 97),
    upper: fc.func(fc.boolean()),
    id: fc.integer({ min: 0, max: 65_535 }),
    flags: fc.constantFrom([1, 0], [0, 0], [1, 0x10], [1, 0x20]),
    edns: fc.constantFrom(undefined, opt(512), opt(1232), opt(4096), opt(1232, 0x80)),
  })
  .map(({ name, type, upper, id, flags, edns }) => {
    const mixed = [...name].map((char, index) => (upper(index) ? char.toUpperCase() : char)).join('')
    const plain = encodeQuestion(mixed, type)
    plain.set([id >> 8, id & 255, flags[0]!, flags[1]!])
    return edns ? withOpt(plain, edns) : plain
  })

test('bounds: AnswerCache gives for any query, octet by octet, what is answered without it', () => {
  const cache = new AnswerCache(still)
  let found = 0
  fc.assert(
    fc.property(anyQuery, (query) => {
      const known = find(cache, query)
      if (known) {
        found++
        assert.deepEqual(known, slow(query))
      } else cache.keep(slow(query))
    }),
    { numRuns: 4000 },
  )
  assert.ok(found > 2000, `${found} were found`)
})

test('AnswerCache takes a query for no other, whatever octet of it is another', () => {
  const cache = new AnswerCache(still)
  const query = withOpt(encodeQuestion('web.shop.svc.cluster.local', RecordType.A), opt(1232))
  learn(cache, query)
  assert.ok(find(cache, query))
  for (let at = 2; at < query.length; at++) {
    const other = Uint8Array.from(query)
    other[at] = other[at]! ^ 1
    assert.equal(find(cache, other), undefined, `octet ${at}`)
  }
})

test('AnswerCache turns the addresses, each as often in front, and nothing else', () => {
  for (const [name, before] of [
    ['db.shop.svc.cluster.local', []],
    ['alias.shop.svc.cluster.local', ['alias.shop.svc.cluster.local CNAME db.shop.svc.cluster.local']],
  ] as const) {
    let next = 0
    const cache = new AnswerCache(() => (next++ % ENDPOINTS) / ENDPOINTS)
    const query = encodeQuestion(name, RecordType.A)
    learn(cache, query)
    const first = new Set<string>()
    for (let round = 0; round < ENDPOINTS; round++) {
      const lines = decodeRecords(find(cache, query)!).map(recordLine)
      assert.deepEqual(lines.slice(0, before.length), before)
      first.add(lines[before.length]!)
      const whole = Array.from({ length: ENDPOINTS }, (_, index) => `db.shop.svc.cluster.local A 10.244.1.${index + 1}`)
      assert.deepEqual(lines.slice(before.length).toSorted(), whole)
    }
    assert.equal(first.size, ENDPOINTS)
  }
})

test('AnswerCache forgets all after a change of the zone', () => {
  const cache = new AnswerCache(still)
  const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  learn(cache, query, 1)
  assert.ok(find(cache, query, 1))
  assert.equal(find(cache, query, 2), undefined)
  assert.equal(find(cache, query, 1), undefined, 'a revision that has passed does not come back')
})

test('AnswerCache keeps no truncated answer: which addresses fit must change', () => {
  const cache = new AnswerCache(still)
  const query = encodeQuestion('db.shop.svc.cluster.local', RecordType.A)
  assert.equal(find(cache, query), undefined)
  const cut = slow(query)
  cut[2] = cut[2]! | 2
  cache.keep(cut)
  assert.equal(find(cache, query), undefined)
})

test('AnswerCache keeps nothing of a query that is not plain', () => {
  const plain = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  const cookie = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 12, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
  const version1 = opt(1232).with(6, 1)
  const response = Uint8Array.from(plain)
  response[2] = 0x80
  for (const query of [withOpt(plain, cookie), withOpt(plain, version1), response, plain.subarray(0, 20)]) {
    const cache = new AnswerCache(still)
    assert.equal(find(cache, query), undefined)
    cache.keep(slow(plain))
    assert.equal(find(cache, query), undefined)
  }
})

test('bounds: AnswerCache goes on when it has been filled, by number or by octets', () => {
  const cache = new AnswerCache(still)
  const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  for (let number = 0; number < 40_000; number++) learn(cache, encodeQuestion(`n${number}.cluster.local`, RecordType.A))
  learn(cache, query)
  assert.deepEqual(find(cache, query), slow(query))
  const long = encodeQuestion('db.shop.svc.cluster.local', RecordType.A)
  const large = new Uint8Array(60_000)
  large.set(slow(long))
  for (let number = 0; number < 60; number++) {
    const asked = encodeQuestion(`l${number}.cluster.local`, RecordType.A)
    find(cache, asked)
    cache.keep(large)
    assert.equal(find(cache, asked)?.length, large.length)
  }
})

test('bounds: AnswerCache goes on however many small answers it is given: questions are found, and others are not', () => {
  const cache = new AnswerCache(still)
  const small = (query: Uint8Array): Uint8Array => {
    const answer = query.slice()
    answer[2]! |= 0x80
    return answer
  }
  for (let number = 0; number < 50_000; number++) {
    const query = encodeQuestion(`n${number}`, RecordType.A)
    assert.equal(find(cache, query), undefined)
    cache.keep(small(query))
    assert.deepEqual(find(cache, query), small(query))
  }
})

test('AnswerCache finds a question in whatever letters it is asked, of the whole alphabet', () => {
  const cache = new AnswerCache(still)
  const name = 'abcdefghijklmnopqrstuvwxyz.cluster.local'
  learn(cache, encodeQuestion(name, RecordType.A))
  const asked = encodeQuestion(name.toUpperCase(), RecordType.A)
  assert.deepEqual(find(cache, asked), slow(asked))
})
