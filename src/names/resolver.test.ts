import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { ExtendedError } from './extended-error.ts'
import { answerOutside, plainAnswer } from './outside.ts'
import { namedAddresses } from './pod-records.ts'
import { podResolver } from './pod-resolver.ts'
import { type Question, Rcode, RecordType } from './record.ts'
import { formatResolvConf, ndotsOf, parseResolvConf } from './resolv-conf.ts'
import { resolve } from './resolve.ts'
import { Zone } from './zone.ts'

const settings = {
  clusterDns: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  host: parseResolvConf('nameserver 192.0.2.1\nsearch corp.example\noptions edns0\n'),
}
test('resolv.conf follows dnsPolicy, and dnsConfig is merged into it', () => {
  const cluster =
    'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example\nnameserver 10.96.0.10\noptions ndots:5\n'
  const host = 'search corp.example\nnameserver 192.0.2.1\noptions edns0\n'
  const conf = (spec: Partial<PodSpec>) => formatResolvConf(podResolver(spec, 'shop', settings))
  assert.equal(conf({}), cluster)
  assert.equal(conf({ dnsPolicy: 'Default' }), host)
  assert.equal(conf({ hostNetwork: true }), host)
  assert.equal(conf({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), cluster)
  assert.equal(
    conf({
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['192.0.2.9'],
        searches: ['x.y'],
        options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
      },
    }),
    'search x.y\nnameserver 192.0.2.9\noptions ndots:2 rotate\n',
  )
  assert.match(conf({ dnsConfig: { options: [{ name: 'ndots', value: '1' }] } }), /options ndots:1\n$/)
})

test('resolv.conf is read as it is written; of several search lines the last counts, options add up', () => {
  const text = 'search a.b c.d\nnameserver 192.0.2.1\nnameserver fd00::1\noptions ndots:5 rotate\n'
  assert.equal(formatResolvConf(parseResolvConf(text)), text)
  const twice = parseResolvConf(
    '# by hand\nsearch a\n  search b c\noptions ndots:2\noptions rotate ndots:3\nnameserver\n',
  )
  assert.deepEqual(twice, { nameservers: [], searches: ['b', 'c'], options: ['ndots:2', 'rotate', 'ndots:3'] })
  assert.equal(ndotsOf(twice), 3)
  assert.equal(ndotsOf(parseResolvConf('options ndots:99 ndots:x')), 15)
  assert.equal(ndotsOf(parseResolvConf('')), 1)
})

const conf = { searches: ['shop.svc.x', 'svc.x', 'x'], options: ['ndots:2'] }
/** All that a resolver asks for, where nothing has an answer. */
const questionsOf = (name: string, by: typeof conf) => resolve(name, by, () => undefined).asked
test('a name with fewer dots than ndots is searched for before it is asked as it stands, one with as many after', () => {
  assert.deepEqual(questionsOf('web', conf), ['web.shop.svc.x', 'web.svc.x', 'web.x', 'web'])
  assert.deepEqual(questionsOf('a.b', conf), ['a.b.shop.svc.x', 'a.b.svc.x', 'a.b.x', 'a.b'])
  assert.deepEqual(questionsOf('a.b.c', conf), ['a.b.c', 'a.b.c.shop.svc.x', 'a.b.c.svc.x', 'a.b.c.x'])
})

test('a last dot makes a name whole; the root in a search list asks it in its turn, once', () => {
  assert.deepEqual(questionsOf('web.', conf), ['web'])
  assert.deepEqual(questionsOf('web', { searches: ['a.', '.', 'b'], options: [] }), ['web.a', 'web', 'web.b'])
})

const zone = new Zone('cluster.local', [])
zone.setNamespace('shop', true)
zone.setNamespace('web', true)
const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: {}, spec }) as never
zone.setService('shop', 'web', service({ clusterIPs: ['10.96.7.1', 'fd00::1'] }), [])
zone.setService('shop', 'docs', service({ type: 'ExternalName', externalName: 'docs.example.org' }), [])
zone.setService('shop', 'nowhere', service({ type: 'ExternalName', externalName: 'gone.shop.svc.cluster.local' }), [])
zone.setService('shop', 'hollow', service({ type: 'ExternalName', externalName: 'shop.svc.cluster.local' }), [])
const found = (name: string, searches: readonly string[], options: readonly string[] = ['ndots:5']) => {
  const { name: whole, addresses, follow } = resolve(name, { searches, options }, (one) => zone.answer(one, () => 0))
  return [whole, addresses.length, follow]
}
const SEARCHES = ['svc.cluster.local', 'shop.svc.cluster.local', 'cluster.local']

test('a name is what the first of its questions that has an answer says, in both families', () => {
  assert.deepEqual(found('web.shop.svc.cluster.local.', []), ['web.shop.svc.cluster.local', 2, undefined])
  assert.deepEqual(found('web', []), [undefined, 0, undefined])
  assert.deepEqual(found('example.org', []), [undefined, 0, undefined], 'whom it is not asked of')
})

test('a name that exists without an address is passed over: web.svc.cluster.local is a namespace', () => {
  assert.equal(zone.answer({ name: 'web.svc.cluster.local', type: 1, class: 1 }, () => 0)?.rcode, 0)
  assert.deepEqual(found('web', SEARCHES), ['web.shop.svc.cluster.local', 2, undefined])
})

test('an alias ends the search, also where it leads out, or to a name that has no address; not where nothing is', () => {
  assert.deepEqual(found('docs', SEARCHES), ['docs.shop.svc.cluster.local', 0, 'docs.example.org'])
  assert.deepEqual(found('hollow', SEARCHES), ['hollow.shop.svc.cluster.local', 0, undefined])
  assert.deepEqual(found('nowhere', SEARCHES), [undefined, 0, undefined])
})

test('a name of the search list that is refused ends the search; the name as it stands is asked all the same', () => {
  const asked = (name: string, searches: readonly string[], options = ['ndots:5']) => {
    const answer = (one: Question) => zone.answer(one, () => 0) ?? answerOutside(one, zone)
    const { name: found, asked, refused } = resolve(name, { searches, options }, answer)
    return { found, asked, refused }
  }
  const ours = 'shop.svc.cluster.local'
  const gone = { found: undefined, asked: ['web.corp.example.com', 'web'], refused: 'web.corp.example.com' }
  assert.deepEqual(asked('web', ['corp.example.com', ours, 'cluster.local']), gone)
  assert.deepEqual(asked(`web.${ours}`, ['corp.example.com', 'x.y']), {
    found: `web.${ours}`,
    asked: [`web.${ours}.corp.example.com`, `web.${ours}`],
    refused: undefined,
  })
  const nowhere = { found: `web.${ours}`, asked: ['web.corp.lan', `web.${ours}`], refused: undefined }
  assert.deepEqual(asked('web', ['corp.lan', ours]), nowhere, 'what cannot exist is passed over')
  const first = { found: undefined, asked: ['web.com', `web.com.${ours}`], refused: undefined }
  assert.deepEqual(asked('web.com', [ours], ['ndots:1']), first, 'refused as it stands, it is searched for')
})

test('a server that fails with one name of the search list is asked for the next', () => {
  const failing = (one: Question) =>
    one.name === 'web.first' ? plainAnswer(Rcode.SERVFAIL) : zone.answer(one, () => 0)
  const { name } = resolve('web', { searches: ['first', 'shop.svc.cluster.local'], options: ['ndots:5'] }, failing)
  assert.equal(name, 'web.shop.svc.cluster.local')
})

test('an empty resolv.conf has no lines, and an option without a name or a value is written as it is', () => {
  assert.equal(formatResolvConf({ nameservers: [], searches: [], options: [] }), '')
  const { options } = podResolver(
    { dnsPolicy: 'None', dnsConfig: { options: [{ name: 'a', value: '' }] } },
    'shop',
    settings,
  )
  assert.deepEqual(options, ['a'])
})

test('a pod has names by its own addresses, while it has not ended', () => {
  const pod = (spec: object, phase: string) => ({ spec, status: { phase, podIPs: [{ ip: '10.244.1.5' }] } }) as never
  assert.deepEqual(namedAddresses(pod({}, 'Running')), ['10.244.1.5'])
  assert.deepEqual(namedAddresses(pod({ hostNetwork: true }, 'Running')), [])
  assert.deepEqual(namedAddresses(pod({}, 'Succeeded')), [])
})

test('record types and rcodes have the numbers that IANA gave them', () => {
  const { A, NS, CNAME, SOA, PTR, TXT, AAAA, SRV, OPT, IXFR, AXFR, ANY } = RecordType
  assert.deepEqual(
    [A, NS, CNAME, SOA, PTR, TXT, AAAA, SRV, OPT, IXFR, AXFR, ANY],
    [1, 2, 5, 6, 12, 16, 28, 33, 41, 251, 252, 255],
  )
  assert.deepEqual(Object.values(Rcode), [0, 1, 2, 3, 4, 5, 16])
  assert.deepEqual(Object.values(ExtendedError), [0, 14, 20, 21, 22])
})
