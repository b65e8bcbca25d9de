import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { bindOf, siteKeyOf } from '#routes/site-service.ts'
import { askedBy, serviceChange } from './desired-service.ts'
import { Binds, needsPods, serviceName, type WantedPort, type WantedSite } from './desired-site.ts'

type Loose = any
const port = (number: number, protocol: 'TCP' | 'UDP' = 'TCP', by: 'proxy' | 'kernel' = 'proxy'): WantedPort => ({
  port: number,
  protocol,
  by,
})
const site = (ports: readonly WantedPort[], spec: object = {}, name = 'public', namespace = 'shop'): WantedSite => ({
  gateway: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace },
    spec,
  } as Loose,
  ports,
})
const wanted = (of: WantedSite, current?: Service, binds = new Binds([])): Loose =>
  serviceChange(of, current?.metadata?.name ?? serviceName(of, () => undefined)!, current, binds)
/** As the API server would keep it. */
const made = (of: WantedSite, more: Loose = {}): Service => {
  const { object } = wanted(of)
  return { ...object, spec: { ipFamilies: ['IPv4'], ...object.spec, ...more } }
}
const targets = ({ spec }: Service) => spec!.ports!.map(({ name, port, targetPort }) => [name, port, targetPort])

test('a Gateway gets a LoadBalancer Service with a port for each of its own, of which each has another port in the pods', () => {
  const service = made(site([port(80), port(443), port(53, 'UDP', 'kernel'), port(53, 'TCP', 'kernel')]))
  assert.deepEqual(targets(service), [
    ['tcp-80', 80, 10_000],
    ['tcp-443', 443, 10_001],
    ['udp-53', 53, 'kernel'],
    ['tcp-53', 53, 'kernel'],
  ])
  assert.equal(service.metadata?.name, 'gateway-shop-public')
  assert.equal(siteKeyOf(service), 'shop/public')
  assert.deepEqual([bindOf(service, 443), bindOf(service, 53), bindOf(service, 1)], [10_001, undefined, undefined])
  assert.deepEqual([service.spec?.type, service.spec?.externalTrafficPolicy], ['LoadBalancer', 'Local'])
  assert.equal(service.metadata?.labels?.['gateway.networking.k8s.io/gateway-name'], 'public')
})

test('a port keeps its place in the pods and its nodePort while others come and go, and what is let go is not given next', () => {
  const before = made(site([port(80), port(443)]))
  const withNodePorts = {
    ...before,
    spec: { ...before.spec, ports: before.spec!.ports!.map((one, at) => ({ ...one, nodePort: 30_000 + at })) },
  } as Service
  const { object } = wanted(site([port(443), port(8080)]), withNodePorts, new Binds([10_000, 10_001]))
  assert.deepEqual(targets(object), [
    ['tcp-443', 443, 10_001],
    ['tcp-8080', 8080, 10_002],
  ])
  assert.equal(object.spec.ports[0].nodePort, 30_001)
  const binds = new Binds([], 31_998)
  assert.deepEqual([binds.take(), binds.take(), binds.take()], [31_999, 10_000, 10_001])
  assert.equal(new Binds(Array.from({ length: 22_000 }, (_, at) => 10_000 + at)).take(), undefined)
})

test('a port is the one of its protocol, which is TCP where none is said', () => {
  const before = made(site([port(53, 'UDP', 'kernel')]))
  const udp: Loose = { ...before, spec: { ...before.spec, ports: [{ ...before.spec!.ports![0], nodePort: 30_053 }] } }
  const { object } = wanted(site([port(53), port(53, 'UDP', 'kernel')]), udp)
  assert.deepEqual(
    object.spec.ports.map(({ protocol, nodePort }: Loose) => [protocol, nodePort]),
    [
      ['TCP', undefined],
      ['UDP', 30_053],
    ],
  )
  const silent: Loose = { ...before, spec: { ...before.spec, ports: [{ port: 80, targetPort: 10_007 }] } }
  assert.deepEqual(targets(wanted(site([port(80)]), silent).object), [['tcp-80', 80, 10_007]])
})

test('what people change of a Service stays, but for its ports, its selector and how it is found', () => {
  const before = made(site([port(80)]))
  assert.equal(wanted(site([port(80)]), before).do, 'nothing')
  const edited: Loose = {
    ...before,
    metadata: { ...before.metadata, labels: { ...before.metadata?.labels, mine: 'x' } },
    spec: { ...before.spec, externalTrafficPolicy: 'Cluster', sessionAffinity: 'ClientIP', type: 'NodePort' },
  }
  assert.equal(wanted(site([port(80)]), edited).do, 'nothing')
  const single = { ...before, spec: { ...before.spec, ipFamilyPolicy: 'SingleStack' } } as Service
  assert.equal(wanted(site([port(80)]), single).do, 'nothing')
  assert.ok(!('ipFamilies' in wanted(site([port(80)])).object.spec), 'the cluster says which it has')
  const broken: Loose = { ...edited, spec: { ...edited.spec, selector: { app: 'other' }, ports: [{ port: 81 }] } }
  const { object } = wanted(site([port(80)]), broken)
  assert.deepEqual(object.spec.selector, { 'app.kubernetes.io/name': 'fairlead-gateway' })
  assert.deepEqual(targets(object), [['tcp-80', 80, 10_000]])
  assert.deepEqual([object.spec.externalTrafficPolicy, object.metadata.labels.mine], ['Cluster', 'x'])
})

test('labels and annotations that a Gateway wants on its Service come and go with it, and never hide whose it is', () => {
  const infrastructure = {
    labels: { team: 'a', 'app.kubernetes.io/managed-by': 'me' },
    annotations: { note: 'x', 'fairlead.dev/gateway': 'other/one' },
  }
  const service = made(site([port(80)], { infrastructure }))
  assert.deepEqual([service.metadata?.labels?.team, service.metadata?.annotations?.note], ['a', 'x'])
  assert.equal(siteKeyOf(service), 'shop/public')
  const theirs = {
    ...service,
    metadata: { ...service.metadata, annotations: { ...service.metadata?.annotations, theirs: 'y' } },
  }
  const { object } = wanted(site([port(80)], { infrastructure: { labels: { tier: 'b' } } }), theirs)
  assert.equal(object.metadata.labels.team, undefined)
  assert.equal(object.metadata.labels.tier, 'b')
  assert.deepEqual([object.metadata.annotations.note, object.metadata.annotations.theirs], [undefined, 'y'])
})

test('one label or annotation alone is known to be the Gateway’s as well, and where there is none nothing says so', () => {
  const said = ({ metadata }: Loose) => metadata.annotations['fairlead.dev/propagated']
  const plain = made(site([port(80)]))
  assert.equal(said(plain), undefined)
  for (const infrastructure of [{ labels: { team: 'a' } }, { annotations: { team: 'a' } }]) {
    const service = made(site([port(80)], { infrastructure }))
    assert.notEqual(said(service), undefined)
    assert.deepEqual(wanted(site([port(80)]), service).object.metadata, plain.metadata)
  }
  // Whatever somebody has written there.
  for (const text of ['', '{', '{}']) {
    const annotations = { ...plain.metadata?.annotations, 'fairlead.dev/propagated': text }
    const { object } = wanted(site([port(80)]), { ...plain, metadata: { ...plain.metadata, annotations } })
    assert.deepEqual(object.metadata, plain.metadata)
  }
})

test('addresses that a Gateway asks for are asked of the load balancer, in their families', () => {
  const asks = (...values: string[]) => ({ addresses: values.map((value) => ({ type: 'IPAddress', value })) })
  const one = made(site([port(80)], asks('172.30.255.7')))
  assert.deepEqual([one.spec?.loadBalancerIP, one.spec?.ipFamilyPolicy], ['172.30.255.7', 'SingleStack'])
  assert.equal(one.metadata?.annotations?.['fairlead.dev/load-balancer-ips'], undefined)
  const { object: moved } = wanted(site([port(80)], asks('172.30.255.8')), one)
  assert.equal(moved.spec.loadBalancerIP, '172.30.255.8')
  assert.equal(wanted(site([port(80)]), one).object.spec.loadBalancerIP, undefined)
  const two = made(site([port(80)], asks('172.30.255.7', 'fd00:0::7')))
  assert.deepEqual(two.spec?.ipFamilies, ['IPv4', 'IPv6'])
  assert.equal(two.metadata?.annotations?.['fairlead.dev/load-balancer-ips'], '172.30.255.7,fd00::7')
  assert.equal(wanted(site([port(80)], asks('fd00::7')), one).do, 'again', 'the first family is for ever')
  assert.equal(wanted(site([port(80)], { addresses: [{ type: 'Hostname', value: 'a.test' }, {}] }), one).do, 'update')
})

test('a Service asks for the addresses of its annotation, else for the one of its field', () => {
  const asking = (spec: object, text?: string): Loose => ({
    metadata: text === undefined ? {} : { annotations: { 'fairlead.dev/load-balancer-ips': text } },
    spec,
  })
  const field = { loadBalancerIP: '172.30.255.7' }
  assert.deepEqual(askedBy(asking(field)), ['172.30.255.7'])
  assert.deepEqual(askedBy(asking(field, '172.30.255.8,fd00::8')), ['172.30.255.8', 'fd00::8'])
  assert.deepEqual(askedBy(asking({}, '172.30.255.8,none')), ['172.30.255.8'])
  assert.deepEqual([askedBy(asking({})), askedBy(asking({ loadBalancerIP: '' }))], [[], []])
})

test('two Gateways whose names could make one name have Services of different names, and long names are cut', () => {
  const services: Service[] = []
  const holder = (name: string) => services.find(({ metadata }) => metadata?.name === name)
  for (const one of [site([port(80)], {}, 'b-c', 'a'), site([port(80)], {}, 'c', 'a-b')]) {
    const service = made(one)
    services.push({ ...service, metadata: { ...service.metadata, name: serviceName(one, holder)! } })
  }
  const [first, second] = services.map(({ metadata }) => metadata?.name)
  assert.equal(first, 'gateway-a-b-c')
  assert.match(second!, /^gateway-a-b-c-[a-z0-9]+$/)
  assert.equal(serviceName(site([], {}, 'b-c', 'a'), holder), first, 'its own')
  const long = serviceName(site([], {}, `${'x'.repeat(100)}.y`, 'n'), () => undefined)!
  assert.ok(long.length <= 63 && !long.includes('.'), long)
  const foreign: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'any', namespace: 'kube-system' } }
  assert.equal(
    serviceName(site([]), () => foreign),
    undefined,
  )
  const named = made(site([port(80)], {}, 'x'.repeat(100)))
  assert.equal(named.metadata?.labels?.['gateway.networking.k8s.io/gateway-name']?.length, 63)
  const whole = made(site([port(80)], {}, 'x'.repeat(63)))
  assert.equal(whole.metadata?.labels?.['gateway.networking.k8s.io/gateway-name'], 'x'.repeat(63))
})

test('a second family comes to a Service that runs, and goes from it; its first one is for ever', () => {
  const asks = (...values: string[]) => ({ addresses: values.map((value) => ({ type: 'IPAddress', value })) })
  const familiesOf = ({ spec }: Loose) => [spec.ipFamilyPolicy, spec.ipFamilies]
  const one = made(site([port(80)], asks('172.30.255.7')))
  const both = wanted(site([port(80)], asks('fd00::7', '172.30.255.7')), one)
  assert.deepEqual([both.do, ...familiesOf(both.object)], ['update', 'PreferDualStack', ['IPv4', 'IPv6']])
  const fewer = wanted(site([port(80)], asks('172.30.255.7')), both.object)
  // Who leaves both lists as they are has the second family taken away.
  assert.deepEqual([fewer.do, ...familiesOf(fewer.object)], ['update', 'SingleStack', ['IPv4', 'IPv6']])
  const other = wanted(site([port(80)], asks('fd00::7')), both.object)
  assert.deepEqual([other.do, ...familiesOf(other.object)], ['again', 'SingleStack', ['IPv6']])
})

test('pods are needed for what a proxy serves, and for what is refused of a port that endpoints answer at too', () => {
  const origin = { kind: 'Gateway', namespace: 'shop', name: 'public' }
  const to = [{ weight: 1, service: { namespace: 'shop', name: 'db', port: 80 }, portName: '' }]
  const kernel = (refusedWeight: number, targets: typeof to): Loose => [
    { site: origin, port: 5432, protocol: 'TCP', to: targets, refusedWeight },
  ]
  const db = site([port(5432, 'TCP', 'kernel')])
  assert.equal(needsPods(site([port(80)]), undefined, []), true)
  assert.equal(needsPods(db, undefined, kernel(0, to)), false)
  assert.equal(needsPods(db, undefined, kernel(1, to)), true)
  assert.equal(needsPods(db, undefined, kernel(1, [])), false, 'what has no endpoint at all is refused by the kernel')
  const nothingIsRight = site([])
  assert.equal(needsPods(nothingIsRight, made(site([port(80)])), []), true)
  assert.equal(needsPods(nothingIsRight, made(db), []), false)
})
