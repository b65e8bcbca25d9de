import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { Zone } from '#names/zone.ts'
import { formatBytes } from '#net/ip-address.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { ask, at, dns, facts, listening, node, pod, service, slice, withoutDns } from './testing/cluster.ts'

/* A name is reachable only by way of a DNS that answers, and is what that DNS says. */

const found = (to: string, given: ClusterFacts) => {
  const { verdict, findings } = ask('pod/client', to, {}, given)
  return [verdict, ...findings.map(({ reason }) => reason)]
}
const [dnsService, dnsSlice] = dns

test('a name is reachable only where the cluster’s DNS has a Service with an endpoint that answers', () => {
  const { services, slices } = withoutDns()
  assert.deepEqual(found('web:80', facts()), ['reachable'])
  assert.deepEqual(found('web:80', withoutDns()), ['unreachable', 'dns-down'], 'there is no Service')
  assert.deepEqual(found('svc/web', withoutDns()), ['reachable'], 'no name is asked')
  const unready = { ...dnsSlice, endpoints: [at('172.30.0.2', 1, { ready: false })] } as unknown as EndpointSlice
  const none = withoutDns({ services: [...services, dnsService], slices: [...slices, unready] })
  const { findings, verdict } = ask('pod/client', 'web:80', {}, none)
  assert.deepEqual([verdict, findings[0]?.reason], ['unreachable', 'dns-down'])
  assert.match(
    findings[0]?.message ?? '',
    /asks the cluster’s DNS at 10\.96\.0\.10:53\/UDP, and 172\.30\.0\.2 is an endpoint of kube-system\/kube-dns, and whoever wrote it says: not ready/,
  )
  assert.match(findings[0]?.cures[0]?.command ?? '', /^kubectl patch endpointslice /)
  assert.deepEqual(
    found('web:80', facts({ listening: { ...listening, 'node/node-1': [] } })),
    ['unreachable', 'dns-down'],
    'nothing listens there',
  )
})

test('nodes answer for a Service of Fairlead’s that selects nothing, unless an agent says that its node does not', () => {
  const { services } = withoutDns()
  const { selector: _, ...spec } = dnsService.spec ?? {}
  const metadata = { ...dnsService.metadata, labels: { 'app.kubernetes.io/part-of': 'fairlead' } }
  const ours = { ...dnsService, metadata, spec } as Service
  const given = withoutDns({ services: [...services, ours] })
  assert.deepEqual(found('web:80', given), ['reachable'])
  assert.deepEqual(
    found('web:80', withoutDns({ services: [...services, { ...ours, metadata: dnsService.metadata } as Service] })),
    ['unreachable', 'dns-down'],
  )
  const told = (answersNames: boolean) => {
    const agent = { kind: 'Pod', namespace: 'fairlead-system', name: 'a' }
    const one = {
      code: 'heard',
      agent,
      version: '1',
      rules: 'none',
      elements: [],
      kinds: [],
      refused: [],
      pending: 0,
      strangers: [],
      answersNames,
    } as const
    return found('web:80', { ...given, told: { 'node-1': one } })
  }
  assert.ok(!told(true).includes('dns-down'))
  assert.ok(told(false).includes('dns-down'))
})

test('one server of several that answers is enough; where none answers for sure, it is not known', () => {
  const { services, slices } = withoutDns()
  const both = { ...dnsSlice, endpoints: [at('172.30.0.2', 1), at('172.30.0.3', 2)] } as unknown as EndpointSlice
  const given = { services: [...services, dnsService], slices: [...slices, both] }
  assert.deepEqual(found('web:80', withoutDns(given)), ['reachable'], 'nothing listens at the second')
  const silent = (number: number) => ({ ...node(number), status: { ...node(number).status, conditions: [] } })
  const lost = withoutDns({
    ...given,
    slices: [
      slice('web', [at('10.244.1.11', 1)]),
      { ...dnsSlice, endpoints: [at('172.30.0.3', 2)] } as unknown as EndpointSlice,
    ],
    nodes: [node(1), silent(2)],
    listening: { ...listening, 'node/node-2': [{ protocol: 'UDP', address: '172.30.0.3', port: 53 }] },
  })
  assert.deepEqual(found('web:80', lost), ['unknown', 'dns-down'])
})

test('a search list that DNS refuses half-way ends there: what comes behind it finds no name', () => {
  const searches = ['corp.example.com', 'default.svc.cluster.local']
  const dnsConfig = { nameservers: ['10.96.0.10'], searches, options: [{ name: 'ndots', value: '5' }] }
  const client = pod('client', 1, 9, { labels: { app: 'client' }, spec: { dnsPolicy: 'None', dnsConfig } })
  const asked = (egress: boolean) => {
    const base = facts()
    const pods = base.pods.map((one) => (one.metadata?.name === 'client' ? client : one))
    return ask('pod/client', 'web:80', {}, facts({ pods, network: { ...base.network, egress } }))
  }
  const { verdict, findings } = asked(false)
  assert.deepEqual([verdict, findings[0]?.reason], ['unreachable', 'dns-name-unknown'])
  assert.equal(
    findings[0]?.message,
    'the search for web ends at web.corp.example.com, which DNS refuses; it has web.default.svc.cluster.local',
  )
  assert.match(findings[0]?.details?.join('; ') ?? '', /corp\.example\.com and default\.svc.*without --egress/)
  assert.equal(
    findings[0]?.cures[0]?.command,
    'fairlead explain --from pod/client --to web.default.svc.cluster.local:80',
  )
  assert.equal(asked(true).verdict, 'reachable', 'whoever is asked outside says that it is not there')
})

test('a headless Service is found by its name alone, so by the DNS', () => {
  const bare = service('bare', undefined, { clusterIP: 'None', selector: { app: 'web' } }) as Service
  const given = { services: [bare], slices: [slice('bare', [at('10.244.1.11', 1)])] }
  assert.deepEqual(found('svc/bare:8080', facts(given)), ['reachable'])
  assert.deepEqual(found('svc/bare:8080', withoutDns(given)), ['unreachable', 'dns-down'])
})

const db = service('db', undefined, { clusterIP: 'None', selector: { app: 'web' } }) as Service
const dbSlice = slice('db', [
  { ...at('10.244.1.11', 1, { ready: false }), hostname: 'db-0' },
  { ...at('10.244.2.11', 2), hostname: 'db-1' },
])

test('explain’s answer about a name is that of the zone that the servers answer from', () => {
  const outer = service('outer', undefined, { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' })
  const base = facts()
  const given = facts({
    services: [...withoutDns().services, db, outer as Service],
    slices: [...withoutDns().slices, dbSlice],
    pods: [
      ...base.pods,
      pod('hostnet', 2, 0, { spec: { hostNetwork: true }, status: { podIPs: [{ ip: '172.30.0.3' }] } }),
    ],
  })
  const zone = new Zone('cluster.local', ['10.96.0.10'])
  zone.setNamespace('default', true)
  for (const one of given.services) {
    const { namespace = '', name = '' } = one.metadata ?? {}
    const own = given.slices.filter(
      ({ metadata }) => metadata?.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name,
    )
    zone.setService(namespace, name, one, own)
  }
  for (const one of given.pods)
    if (!one.spec?.hostNetwork)
      for (const { ip } of one.status?.podIPs ?? []) zone.setPodAddress(one.metadata?.namespace ?? '', ip, true)
  const served = (name: string): readonly string[] =>
    [1, 28].flatMap((type) =>
      (zone.answer({ name, type, class: 1 }, () => 0)?.answers ?? []).flatMap(({ data }) =>
        data.type === 'A' || data.type === 'AAAA' ? [formatBytes(data.address)] : [],
      ),
    )
  const names = [
    'db-0.db.default.svc',
    'db-1.db.default.svc',
    'db-2.db.default.svc',
    'db-1.db.other.svc',
    '10-244-1-11.db.default.svc',
    '10-244-1-11.web.default.svc',
    '10-244-2-11.web.default.svc',
    'a.b.web.default.svc',
    'db-1.outer.default.svc',
    '10-244-1-11.default.pod',
    'fd00-10-244-1--11.default.pod',
    '10-244-9-9.default.pod',
    '10-244-1-11.other.pod',
    '172-30-0-3.default.pod',
  ]
  for (const name of names) {
    const full = `${name}.cluster.local`
    const { verdict, findings, destination } = ask('pod/client', `${full}:8080`, {}, given)
    const addresses = served(full)
    if (addresses.length === 0)
      assert.deepEqual([verdict, findings[0]?.reason], ['unreachable', 'dns-name-unknown'], full)
    else assert.ok(addresses.includes(destination?.address ?? ''), `${full}: ${destination?.address}, not ${addresses}`)
  }
  assert.deepEqual(served('db-0.db.default.svc.cluster.local'), [], 'one that is not ready has no name')
  assert.deepEqual(served('10-244-1-11.web.default.svc.cluster.local'), [], 'nor has an endpoint of a ClusterIP')
  assert.ok(names.some((name) => served(`${name}.cluster.local`).length > 0))
})

const where = (to: string, given: ClusterFacts) => {
  const { destination, verdict } = ask('pod/client', to, {}, given)
  return [verdict, destination?.address]
}

test('a Service that has no name yet hides none that the search list finds after it', () => {
  const nameless = service('web', undefined, { clusterIP: 'None', selector: { app: 'none' } })
  const shop = { ...service('web', '10.96.0.9'), metadata: { name: 'web', namespace: 'shop', uid: 'shop' } } as Service
  const shopSlice = slice('web', [at('10.244.2.11', 2)])
  const given = facts({
    namespaces: ['default', 'shop'],
    services: [nameless, shop],
    slices: [{ ...shopSlice, metadata: { ...shopSlice.metadata, namespace: 'shop' } } as EndpointSlice],
    pods: facts().pods.map((one) =>
      one.metadata?.name === 'client'
        ? { ...one, spec: { ...one.spec!, dnsConfig: { searches: ['shop.svc.cluster.local'] } } }
        : one,
    ),
  })
  assert.deepEqual(where('web:80', given), ['reachable', '10.96.0.9'])
  assert.deepEqual(found('web.default:80', given), ['unreachable', 'selector-matches-nothing'], 'why it has none')
})

test('an ExternalName leads to a pod by its name, and through another ExternalName', () => {
  const external = (name: string, externalName: string) =>
    service(name, undefined, { type: 'ExternalName', externalName, ports: [] }) as Service
  const given = facts({
    services: [
      ...withoutDns().services,
      db,
      external('primary', 'db-1.db.default.svc.cluster.local'),
      external('outer', 'inner.default.svc.cluster.local'),
      external('inner', 'web.default.svc.cluster.local'),
      external('loop', 'loop.default.svc.cluster.local'),
    ],
    slices: [...withoutDns().slices, dbSlice],
  })
  assert.deepEqual(where('primary:8080', given), ['reachable', '10.244.2.11'])
  assert.deepEqual(where('outer:80', given), ['reachable', '10.96.0.1'])
  assert.deepEqual(found('loop:80', given), ['unreachable', 'external-name'])
})
