import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { parseResolvConf } from '#names/resolv-conf.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { ask, at, facts, pod, service, slice, withoutDns } from './testing/cluster.ts'
import type { Told } from './testing/told.ts'
import type { Question } from './trace/question.ts'
import { print } from './words/print.ts'

const shop = { namespace: 'shop' }
const many = service(
  'many',
  '10.96.0.9',
  {
    selector: { app: 'many' },
    ports: [
      { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 },
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'sig', port: 3868, protocol: 'SCTP', targetPort: 3868 },
    ],
    externalIPs: ['198.51.100.7'],
  },
  shop,
)
const inShop = pod('client', 1, 21, { ...shop, labels: { app: 'client' } })
const onNode = pod('hostnet', 2, 0, {
  labels: { app: 'x' },
  spec: { hostNetwork: true },
  status: { podIPs: [{ ip: '172.30.0.3' }] },
})
const given = (more: Partial<ClusterFacts> = {}): ClusterFacts => {
  const base = withoutDns()
  return facts({
    services: [...base.services, many],
    slices: [
      ...base.slices,
      {
        ...slice('many', [at('10.244.1.11', 1)], { name: 'http', port: 8080, protocol: 'TCP' }),
        metadata: { ...shop, labels: { 'kubernetes.io/service-name': 'many' } },
      },
      {
        ...slice('many', [at('10.244.1.11', 1)], { name: 'sig', port: 3868, protocol: 'SCTP' }),
        metadata: { ...shop, labels: { 'kubernetes.io/service-name': 'many' } },
      },
    ],
    pods: [...base.pods, inShop, onNode],
    namespaces: ['default', 'shop'],
    ...more,
  })
}
const where = (from: string, to: string, more: Partial<Question> = {}): string => {
  const { service: name, destination, protocol, source } = ask(from, to, more, given())
  return `${source.address} ${name ?? '-'} ${destination ? `${destination.address} ${destination.port}/${protocol}` : 'nowhere'}`
}
const MANY = '10.244.1.9 shop/many 10.96.0.9 80/TCP'

test('a destination may be written in any of the ways that people have', () => {
  for (const to of [
    'svc/shop/many',
    'svc/many.shop',
    'service/many.shop.svc.cluster.local:http',
    'many.shop:80',
    'many.shop.svc.cluster.local',
    'http://many.shop',
    'http://many.shop:80/index.html?q=1#top',
  ])
    assert.equal(where('pod/client', to), MANY, to)
  assert.equal(where('pod/client', 'svc/shop/many:dns'), '10.244.1.9 shop/many 10.96.0.9 53/UDP')
  assert.equal(
    where('pod/client', '10.96.0.9:53'),
    '10.244.1.9 - 10.96.0.9 53/UDP',
    'the only protocol that is served there',
  )
  assert.equal(
    where('pod/client', '198.51.100.7'),
    '10.244.1.9 - 198.51.100.7 80/TCP',
    'the first port of an external IP',
  )
  assert.equal(where('pod/client', 'pod/web-1:http'), '10.244.1.9 - 10.244.1.11 8080/TCP')
})

test('a name without a namespace is of the sender’s, unless one is given', () => {
  assert.equal(where('pod/shop/client', 'svc/many'), '10.244.1.21 shop/many 10.96.0.9 80/TCP')
  assert.equal(where('pod/client', 'svc/many', { namespace: 'shop' }), '10.244.1.21 shop/many 10.96.0.9 80/TCP')
  assert.equal(ask('pod/client', 'svc/many', {}, given()).findings[0]?.reason, 'other-namespace')
})

test('an address as the source has its own family, and what sends nothing is no source', () => {
  const { destination, findings } = ask('fd00:10:244:1::9', 'svc/shop/many', {}, given())
  assert.equal(destination, undefined)
  assert.equal(findings[0]?.reason, 'family-missing')
  for (const [from, hint] of [
    ['10.244.1.77', /kubectl get pods/],
    ['10.96.0.9', /write pod/],
    ['127.0.0.1', /write pod/],
  ] as const)
    assert.throws(() => ask(from, 'svc/web', {}, given()), { code: 'SOURCE_UNKNOWN', hint })
  const ended = pod('client', 1, 9, { status: { phase: 'Succeeded' } })
  assert.throws(() => ask('pod/client', 'svc/web', {}, given({ pods: [ended] })), {
    code: 'SOURCE_UNKNOWN',
    message: /has ended/,
  })
})

test('a question that is nearly right is answered with the right one', () => {
  for (const [from, to, hint] of [
    ['client', 'svc/web', 'client is a pod: write pod/client or pod/shop/client'],
    ['shop/client', 'svc/web', 'shop/client is a pod: write pod/shop/client'],
    ['node-1', 'svc/web', 'node-1 is a node: write node/node-1'],
    ['pod/shop/clinet', 'svc/web', 'the nearest: pod/shop/client'],
    ['pod/client.shop', 'svc/web', 'there is pod/shop/client'],
    ['deploy/web', 'svc/web', /^kubectl get pods -n default shows those that are there: write pod\/NAME$/],
    ['pod/a/b/c', 'svc/web', /^write pod/],
    ['pod/client', 'shop/many:80', 'shop/many is a Service: write svc/shop/many'],
    ['pod/client', 'deploy/web:80', /svc\/NAME, or one of its pods/],
    ['pod/client', 'pod/web:8080', 'the nearest: pod/web-1, pod/web-2'],
    ['pod/client', 'pod/web-1', /declare 8080\/TCP \(http\); it listens on 8080: write it as pod\/web-1:8080/],
    ['pod/client', 'node/node-9:80', 'the nodes: node-1, node-2'],
    ['pod/client', '172.30.0.3', /^write it as 172\.30\.0\.3:30080; node ports: 30080 of default\/local$/],
    ['pod/client', 'fd00:10:96::1:80', 'an address of IPv6 with a port has brackets: [fd00:10:96::1]:80'],
  ] as const)
    assert.throws(() => ask(from, to, {}, given()), typeof hint === 'string' ? { hint } : { hint }, `${from} ${to}`)
})

test('of a Service with several ports it is said which was taken', () => {
  const { steps } = ask('pod/client', 'svc/shop/many', {}, given())
  assert.equal(
    steps[0]?.text,
    'Service shop/many has the ClusterIP 10.96.0.9; no port was asked for: 80/TCP (http), the first of 80/TCP (http), 53/UDP (dns) and 3868/SCTP (sig)',
  )
})

test('a sender that does not ask the cluster’s DNS finds no names there', () => {
  const first = (from: string, more: Partial<ClusterFacts> = {}) => {
    const { findings, reachable } = ask(from, 'web.default:80', {}, given(more))
    return [reachable, findings[0]?.reason, findings[0]?.cures[0]?.command]
  }
  const not = (from: string) => [false, 'dns-not-asked', `fairlead explain --from ${from} --to svc/default/web:80`]
  assert.deepEqual(first('host'), not('host'))
  assert.deepEqual(first('node/node-1'), not('node/node-1'))
  assert.deepEqual(first('pod/hostnet'), not('pod/hostnet'))
  const { network } = facts()
  assert.equal(
    first('host', { network: { ...network, resolvConf: parseResolvConf('nameserver 10.96.0.10') } })[1],
    'dns-name-unknown',
    'no search list',
  )
  const withHostNet = { ...onNode, spec: { ...onNode.spec, dnsPolicy: 'ClusterFirstWithHostNet' } } as typeof onNode
  assert.equal(first('pod/hostnet', { pods: [...facts().pods, withHostNet] })[0], true)
  const own = pod('client', 1, 9, {
    labels: { app: 'client' },
    spec: { dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'] } },
  })
  const { findings } = ask('pod/client', 'web.default:80', {}, given({ pods: [own, ...facts().pods.slice(0, 2)] }))
  assert.match(findings[0]!.message, /dnsPolicy None: it asks 9\.9\.9\.9/)
})

test('what never leaves the sender meets no Service', () => {
  const said = ({ steps, findings, reachable }: Told) => [steps.at(-1)?.text, findings[0]?.reason, reachable]
  assert.deepEqual(said(ask('pod/web-1', '127.0.0.1:8080')), [
    '127.0.0.1:8080/TCP is the sender itself, no Service has a part in it; it listens there',
    undefined,
    true,
  ])
  assert.deepEqual(said(ask('pod/client', 'localhost:80')).slice(1), ['asks-itself', false])
  const { findings } = ask('node/node-1', '127.0.0.1:30080')
  assert.equal(
    findings[0]?.cures[0]?.command,
    'fairlead explain --from node/node-1 --to 172.30.0.3:30080',
    'policy Local: the node that has an endpoint',
  )
  assert.equal(ask('pod/web-1', 'pod/web-1:9999').findings[0]?.reason, 'target-port-closed')
})

test('where nobody could look whether a program listens, it says so', () => {
  assert.match(
    print(ask('pod/client', 'svc/shop/many:sig', {}, given()).trace),
    /^REACHABLE, as far as can be seen: .*; whether a program listens there is not known$/m,
  )
})

test('the pods of a headless Service that go like the first few need no words', () => {
  const pods = Array.from({ length: 9 }, (_, index) => pod(`bare-${index}`, 1, 40 + index, { labels: { app: 'bare' } }))
  const bare = service('bare', undefined, { clusterIP: 'None', ports: [{ port: 8080 }] })
  const all = facts({
    services: [bare as Service],
    pods: [...facts().pods, ...pods],
    slices: [
      slice(
        'bare',
        pods.map((_, index) => at(`10.244.1.${40 + index}`, 1)),
      ),
    ],
    listening: {},
  })
  const { steps, outcomes } = ask('pod/client', 'svc/bare', {}, all)
  assert.equal(outcomes.length, 9)
  assert.equal(steps.at(-1)?.text, 'and so to 6 more addresses')
})

test('printed commands have the flags by which they find the cluster, and the family', () => {
  const flags = { fairlead: ['--context', 'prod'], kubectl: ['--context', 'prod'] }
  const one = service('web', '10.96.0.1', { selector: { app: 'wbe' } })
  const { findings } = ask('pod/client', 'svc/web', { flags }, facts({ services: [one], slices: [] }))
  assert.match(findings[0]!.cures[0]!.command, /^kubectl --context prod patch service web -n default /)
  assert.equal(
    ask('pod/client', 'svc/wbe:80', { flags, family: 'IPv4' }).findings[0]!.cures[0]!.command,
    'fairlead explain --from pod/client --to svc/default/web:80 --family 4 --context prod',
  )
})
