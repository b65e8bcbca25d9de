import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { reverseKind } from './dns-name.ts'
import { Rcode, RecordType, type ResourceRecord } from './record.ts'
import { allServers } from './record-data.ts'
import { dataText, recordLine } from './testing/record-text.ts'
import { Zone } from './zone.ts'

const service = (name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec,
})

const slice = (
  name: string,
  endpoints: EndpointSlice['endpoints'],
  ports: EndpointSlice['ports'] = [{ name: 'http', protocol: 'TCP', port: 8080 }],
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'shop' },
  addressType: 'IPv4',
  endpoints,
  ports,
})

const zone = new Zone('cluster.local', ['10.96.0.10', 'fd00:10:96::a'])
zone.setNamespace('shop', true)
zone.setService(
  'shop',
  'web',
  service('web', {
    clusterIP: '10.96.7.1',
    clusterIPs: ['10.96.7.1', 'fd00:10:96::701'],
    ports: [
      { name: 'http', port: 80 },
      { name: 'dns', protocol: 'UDP', port: 53 },
    ],
  }),
  [],
)
zone.setService('shop', 'db', service('db', { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] }), [
  slice('db-1', [
    { addresses: ['10.244.1.5'], hostname: 'db-0' },
    { addresses: ['10.244.2.6'] },
    { addresses: ['10.244.3.7'], conditions: { ready: false } },
  ]),
])
zone.setService('shop', 'empty', service('empty', { clusterIP: 'None' }), [
  slice('empty-1', [{ addresses: ['10.244.3.7'], conditions: { ready: false } }]),
])
zone.setService('shop', 'docs', service('docs', { type: 'ExternalName', externalName: 'docs.example.org.' }), [])
zone.setService(
  'shop',
  'alias',
  service('alias', { type: 'ExternalName', externalName: 'web.shop.svc.cluster.local' }),
  [],
)
zone.setService(
  'shop',
  'loop',
  service('loop', { type: 'ExternalName', externalName: 'loop.shop.svc.cluster.local' }),
  [],
)
zone.setPodAddress('shop', '10.244.1.5', true)
zone.setPodAddress('shop', 'fd00:10:244:1::5', true)

const lines = (records: readonly ResourceRecord[]): readonly string[] => records.map(recordLine)
const ask = (name: string, type: keyof typeof RecordType) => {
  const answer = zone.answer({ name, type: RecordType[type], class: 1 }, () => 0)
  assert.ok(answer, `${name} belongs to the zone`)
  return answer
}

const table: readonly (readonly [string, keyof typeof RecordType, string, readonly string[]])[] = [
  ['a Service has its ClusterIP as A', 'A', 'web.shop.svc.cluster.local', ['10.96.7.1']],
  ['a dual-stack Service has AAAA too', 'AAAA', 'web.shop.svc.cluster.local', ['fd00:10:96::701']],
  [
    'a named port of a ClusterIP Service has SRV',
    'SRV',
    '_http._tcp.web.shop.svc.cluster.local',
    ['0 100 80 web.shop.svc.cluster.local'],
  ],
  [
    'the protocol of an SRV name is the port’s',
    'SRV',
    '_dns._udp.web.shop.svc.cluster.local',
    ['0 100 53 web.shop.svc.cluster.local'],
  ],
  ['a headless Service has the ready endpoints', 'A', 'db.shop.svc.cluster.local', ['10.244.1.5', '10.244.2.6']],
  ['an endpoint with a hostname has a name of its own', 'A', 'db-0.db.shop.svc.cluster.local', ['10.244.1.5']],
  ['an endpoint without one goes by its address', 'A', '10-244-2-6.db.shop.svc.cluster.local', ['10.244.2.6']],
  [
    'SRV of a headless Service names each endpoint',
    'SRV',
    '_http._tcp.db.shop.svc.cluster.local',
    ['0 50 8080 db-0.db.shop.svc.cluster.local', '0 50 8080 10-244-2-6.db.shop.svc.cluster.local'],
  ],
  ['a ClusterIP leads back to its Service', 'PTR', '1.7.96.10.in-addr.arpa', ['web.shop.svc.cluster.local']],
  [
    'an IPv6 ClusterIP does too',
    'PTR',
    '1.0.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa',
    ['web.shop.svc.cluster.local'],
  ],
  ['a headless endpoint leads back to its name', 'PTR', '5.1.244.10.in-addr.arpa', ['db-0.db.shop.svc.cluster.local']],
  ['a pod’s dashed address is a name', 'A', '10-244-1-5.shop.pod.cluster.local', ['10.244.1.5']],
  ['the version of the specification is TXT', 'TXT', 'dns-version.cluster.local', ['1.1.0']],
  ['an ExternalName Service is a CNAME', 'CNAME', 'docs.shop.svc.cluster.local', ['docs.example.org']],
]
for (const [what, type, name, expected] of table)
  test(`Zone.answer(): ${what}`, () => {
    const answer = ask(name, type)
    assert.equal(answer.rcode, Rcode.NOERROR)
    assert.deepEqual(
      answer.answers.map(({ data }) => dataText(data)),
      expected,
    )
  })

test('Zone.answer() gives the addresses of SRV targets along', () => {
  assert.deepEqual(lines(ask('_http._tcp.db.shop.svc.cluster.local', 'SRV').additional), [
    'db-0.db.shop.svc.cluster.local A 10.244.1.5',
    '10-244-2-6.db.shop.svc.cluster.local A 10.244.2.6',
  ])
})

test('Zone.answer() follows a CNAME inside the zone, and names the one that leads out', () => {
  assert.deepEqual(lines(ask('alias.shop.svc.cluster.local', 'A').answers), [
    'alias.shop.svc.cluster.local CNAME web.shop.svc.cluster.local',
    'web.shop.svc.cluster.local A 10.96.7.1',
  ])
  assert.equal(ask('docs.shop.svc.cluster.local', 'A').follow, 'docs.example.org')
  assert.equal(ask('loop.shop.svc.cluster.local', 'A').rcode, Rcode.SERVFAIL)
})

for (const name of [
  'nosuch.shop.svc.cluster.local',
  'web.nosuch.svc.cluster.local',
  'nosuch.svc.cluster.local',
  'empty.shop.svc.cluster.local',
  '_nosuch._tcp.web.shop.svc.cluster.local',
  'db-7.db.shop.svc.cluster.local',
  '10-244-9-9.shop.pod.cluster.local',
  'banana.cluster.local',
])
  test(`Zone.answer() says NXDOMAIN with the SOA for ${name}`, () => {
    const answer = ask(name, 'A')
    assert.equal(answer.rcode, Rcode.NXDOMAIN)
    assert.deepEqual(lines(answer.authority), ['cluster.local SOA ns.dns.cluster.local'])
  })

for (const [name, type] of [
  ['web.shop.svc.cluster.local', 'TXT'],
  ['db.shop.svc.cluster.local', 'AAAA'],
  ['shop.svc.cluster.local', 'A'],
  ['svc.cluster.local', 'A'],
  ['_tcp.web.shop.svc.cluster.local', 'SRV'],
] as const)
  test(`Zone.answer() says that ${name} exists without ${type}`, () => {
    const answer = ask(name, type)
    assert.equal(answer.rcode, Rcode.NOERROR)
    assert.equal(answer.answers.length, 0)
    assert.equal(answer.authority.length, 1)
  })

test('Zone.answer() compares without case and gives the name back as it was asked', () => {
  assert.deepEqual(lines(ask('WeB.Shop.svc.CLUSTER.local', 'A').answers), ['WeB.Shop.svc.CLUSTER.local A 10.96.7.1'])
})

test('Zone.answer() leaves names outside the zone alone', () => {
  assert.equal(
    zone.answer({ name: 'example.org', type: RecordType.A, class: 1 }, () => 0),
    undefined,
  )
  assert.equal(
    zone.answer({ name: 'xcluster.local', type: RecordType.A, class: 1 }, () => 0),
    undefined,
  )
})

test('Zone.setService() forgets what the Service said before', () => {
  const changing = new Zone('cluster.local', [])
  changing.setService('shop', 'web', service('web', { clusterIPs: ['10.96.7.1'], ports: [{ port: 80 }] }), [])
  changing.setService('shop', 'web', service('web', { clusterIPs: ['10.96.7.2'], ports: [{ port: 80 }] }), [])
  const reverse = (name: string) => changing.answer({ name, type: RecordType.PTR, class: 1 }, () => 0)
  assert.equal(reverse('1.7.96.10.in-addr.arpa'), undefined)
  assert.equal(reverse('2.7.96.10.in-addr.arpa')?.answers.length, 1)
  changing.setService('shop', 'web', undefined, [])
  assert.equal(reverse('2.7.96.10.in-addr.arpa'), undefined)
  assert.equal(
    changing.answer({ name: 'web.shop.svc.cluster.local', type: RecordType.A, class: 1 }, () => 0)?.rcode,
    Rcode.NXDOMAIN,
  )
})

test('Zone.answer() turns the list of a headless Service', () => {
  const answer = zone.answer({ name: 'db.shop.svc.cluster.local', type: RecordType.A, class: 1 }, () => 0.6)
  assert.deepEqual(
    answer?.answers.map(({ data }) => dataText(data)),
    ['10.244.2.6', '10.244.1.5'],
  )
})

test('Zone.answer() leaves servers in their order: clients choose by weight', () => {
  const name = '_http._tcp.db.shop.svc.cluster.local'
  const turned = zone.answer({ name, type: RecordType.SRV, class: 1 }, () => 0.6)
  assert.deepEqual(lines(turned!.answers), lines(ask(name, 'SRV').answers))
})

test('Zone.answer() for an address of ours speaks for that address alone', () => {
  const name = '1.7.96.10.in-addr.arpa'
  const answer = ask(name, 'TXT')
  assert.equal(answer.rcode, Rcode.NOERROR)
  assert.deepEqual(lines(answer.authority), [`${name} SOA ns.dns.cluster.local`])
})

test('Zone.setPodAddress(): two pods share an address, one goes, and the name stays until the other goes too', () => {
  const shared = new Zone('cluster.local', [])
  const rcode = (namespace: string) =>
    shared.answer({ name: `10-244-1-5.${namespace}.pod.cluster.local`, type: RecordType.A, class: 1 }, () => 0)?.rcode
  shared.setPodAddress('shop', '10.244.1.5', true)
  shared.setPodAddress('shop', '10.244.1.5', true)
  shared.setPodAddress('other', '10.244.1.5', true)
  shared.setPodAddress('shop', '10.244.1.5', false)
  assert.deepEqual([rcode('shop'), rcode('other')], [Rcode.NOERROR, Rcode.NOERROR])
  shared.setPodAddress('shop', '10.244.1.5', false)
  assert.deepEqual([rcode('shop'), rcode('other')], [Rcode.NXDOMAIN, Rcode.NOERROR])
  shared.setPodAddress('other', '10.244.1.5', false)
  assert.deepEqual([rcode('shop'), rcode('other')], [Rcode.NXDOMAIN, Rcode.NXDOMAIN])
})

test('Zone.answer() vouches for no name that it does not find while the zone is being filled', () => {
  const young = new Zone('cluster.local', [])
  young.filling = true
  young.setNamespace('shop', true)
  young.setService('shop', 'web', service('web', { clusterIPs: ['10.96.7.1'], ports: [{ port: 80 }] }), [])
  const rcode = (name: string) => young.answer({ name, type: RecordType.A, class: 1 }, () => 0)?.rcode
  assert.equal(rcode('web.shop.svc.cluster.local'), Rcode.NOERROR)
  assert.equal(rcode('late.shop.svc.cluster.local'), Rcode.SERVFAIL)
  young.filling = false
  assert.equal(rcode('late.shop.svc.cluster.local'), Rcode.NXDOMAIN)
})

test('Zone.revision is another one after whatever changes an answer', () => {
  const changing = new Zone('cluster.local', [])
  const seen = new Set([changing.revision])
  const changes = [
    () => changing.setNamespace('shop', true),
    () => changing.setPodAddress('shop', '10.244.1.5', true),
    () => changing.setService('shop', 'web', service('web', { clusterIPs: ['10.96.7.1'] }), []),
    () => {
      changing.filling = true
    },
    () => changing.setService('shop', 'web', undefined, []),
    () => changing.setPodAddress('shop', '10.244.1.5', false),
    () => changing.setNamespace('shop', false),
  ]
  for (const change of changes) {
    change()
    seen.add(changing.revision)
  }
  assert.equal(seen.size, changes.length + 1)
})

test('a headless Service of 5,000 endpoints answers SRV with all of them and their addresses', () => {
  const wide = new Zone('cluster.local', [])
  const endpoints = Array.from({ length: 5000 }, (_, index) => ({ addresses: [`10.1.${index >> 8}.${index & 255}`] }))
  wide.setService('shop', 'db', service('db', { clusterIP: 'None' }), [slice('db-1', endpoints)])
  const answer = wide.answer({ name: 'db.shop.svc.cluster.local', type: RecordType.SRV, class: 1 }, () => 0)
  assert.deepEqual([answer?.answers.length, answer?.additional.length], [5000, 5000])
})

test('however many servers a name has, each has a weight: 0 would be for none but the last resort', () => {
  for (const [count, weight] of [
    [1, 100],
    [3, 33],
    [100, 1],
    [250, 1],
  ] as const) {
    const hosts = Array.from({ length: count }, (_, index) => ({
      target: `n${index}`,
      ports: [{ name: 'a', protocol: '_tcp', port: 1 }],
    }))
    const weights = allServers(hosts as never).map((data) => data.type === 'SRV' && data.weight)
    assert.deepEqual([...new Set(weights)], [weight], `${count}`)
    assert.equal(weights.length, count)
  }
})

test('Zone.follow(): another zone that is told the changes answers the same, from the start and from then on', () => {
  const first = new Zone('cluster.local', [])
  const second = new Zone('cluster.local', [])
  first.setNamespace('shop', true)
  first.setService('shop', 'web', service('web', { clusterIPs: ['10.96.7.1'] }), [])
  first.setPodAddress('shop', '10.244.1.5', true)
  first.setPodAddress('shop', '10.244.1.5', true)
  first.filling = true
  first.follow((changes) => {
    for (const change of changes) second.apply(change)
  })
  const rcodes = (of: Zone) =>
    ['shop.svc', 'web.shop.svc', 'late.shop.svc', '10-244-1-5.shop.pod', 'gone.svc'].map(
      (name) => of.answer({ name: `${name}.cluster.local`, type: RecordType.A, class: 1 }, () => 0)?.rcode,
    )
  const same = () => assert.deepEqual(rcodes(second), rcodes(first))
  same()
  assert.deepEqual(rcodes(second), [Rcode.NOERROR, Rcode.NOERROR, Rcode.SERVFAIL, Rcode.NOERROR, Rcode.SERVFAIL])
  first.filling = false
  first.setService('shop', 'late', service('late', { clusterIPs: ['10.96.7.2'] }), [])
  first.setPodAddress('shop', '10.244.1.5', false)
  first.setNamespace('gone', true)
  first.setNamespace('gone', false)
  same()
  assert.deepEqual(rcodes(second), [Rcode.NOERROR, Rcode.NOERROR, Rcode.NOERROR, Rcode.NOERROR, Rcode.NXDOMAIN])
  first.setPodAddress('shop', '10.244.1.5', false)
  same()
})

test('an address of two Services leads back to both, and to the other when one goes', () => {
  const shared = new Zone('cluster.local', [])
  const endpoints = [slice('x', [{ addresses: ['10.244.1.5'] }])]
  const names = () =>
    shared
      .answer({ name: '5.1.244.10.in-addr.arpa', type: RecordType.PTR, class: 1 }, () => 0)
      ?.answers.map(({ data }) => dataText(data))
  for (const name of ['a', 'b']) shared.setService('shop', name, service(name, { clusterIP: 'None' }), endpoints)
  assert.deepEqual(names(), ['10-244-1-5.a.shop.svc.cluster.local', '10-244-1-5.b.shop.svc.cluster.local'])
  shared.setService('shop', 'a', undefined, [])
  assert.deepEqual(names(), ['10-244-1-5.b.shop.svc.cluster.local'])
})

test('the SOA has the zone’s times, and a serial that grows', () => {
  const young = new Zone('cluster.local', [])
  const soa = () => young.answer({ name: 'nosuch.cluster.local', type: RecordType.A, class: 1 }, () => 0)?.authority[0]
  assert.deepEqual(soa(), {
    name: 'cluster.local',
    ttl: 5,
    data: {
      type: 'SOA',
      primary: 'ns.dns.cluster.local',
      mailbox: 'hostmaster.cluster.local',
      serial: 1,
      refresh: 7200,
      retry: 1800,
      expire: 86400,
      minimum: 5,
    },
  })
  young.setNamespace('shop', true)
  assert.equal((soa()!.data as { serial: number }).serial, 2)
})

test('what is no address in an older object makes no record', () => {
  const old = new Zone('cluster.local', [])
  old.setService('shop', 'db', service('db', { clusterIP: 'None' }), [
    slice('db-1', [{ addresses: ['pod-5', '10.244.1.5'] }]),
  ])
  old.setService('shop', 'web', service('web', { clusterIPs: ['web', '10.96.7.1'] }), [])
  for (const name of ['db', 'web'])
    assert.equal(
      old.answer({ name: `${name}.shop.svc.cluster.local`, type: RecordType.A, class: 1 }, () => 0)?.answers.length,
      1,
    )
})

test('addresses are told apart by each of their octets', () => {
  const close = new Zone('cluster.local', [])
  close.setService('shop', 'a', service('a', { clusterIPs: ['10.96.1.11'] }), [])
  close.setService('shop', 'b', service('b', { clusterIPs: ['10.96.11.1'] }), [])
  const names = (name: string) =>
    close.answer({ name, type: RecordType.PTR, class: 1 }, () => 0)?.answers.map(({ data }) => dataText(data))
  assert.deepEqual(names('11.1.96.10.in-addr.arpa'), ['a.shop.svc.cluster.local'])
  assert.deepEqual(names('1.11.96.10.in-addr.arpa'), ['b.shop.svc.cluster.local'])
})

test('an IPv6 pod has a name too', () => {
  const { answers } = ask('fd00-10-244-1--5.shop.pod.cluster.local', 'AAAA')
  assert.deepEqual(lines(answers), ['fd00-10-244-1--5.shop.pod.cluster.local AAAA fd00:10:244:1::5'])
})

test('a chain of eight names is followed, a longer one is a loop', () => {
  const long = new Zone('cluster.local', [])
  long.setService('shop', 'a8', service('a8', { clusterIPs: ['10.96.7.1'] }), [])
  for (let at = 0; at < 8; at++)
    long.setService(
      'shop',
      `a${at}`,
      service(`a${at}`, { type: 'ExternalName', externalName: `a${at + 1}.shop.svc.cluster.local` }),
      [],
    )
  const rcode = (name: string) =>
    long.answer({ name: `${name}.shop.svc.cluster.local`, type: RecordType.A, class: 1 }, () => 0)?.rcode
  assert.deepEqual([rcode('a1'), rcode('a0')], [Rcode.NOERROR, Rcode.SERVFAIL])
})

test('what lies where addresses lead back, and is none, is told from a prefix of one', () => {
  assert.deepEqual(
    [
      '1.7.96.10.in-addr.arpa',
      '96.10.in-addr.arpa',
      '256.7.96.10.in-addr.arpa',
      '255.7.96.10.in-addr.arpa',
      '01.7.96.10.in-addr.arpa',
      'x.10.in-addr.arpa',
      '1.1.7.96.10.in-addr.arpa',
      'f.ip6.arpa',
      'g.f.ip6.arpa',
      'web.shop',
    ].map(reverseKind),
    ['address', 'prefix', 'invalid', 'address', 'invalid', 'invalid', 'invalid', 'prefix', 'invalid', undefined],
  )
})
