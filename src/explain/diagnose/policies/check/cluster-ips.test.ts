import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import { at, pod, service, slice } from '../../../testing/cluster.ts'
import { clusterPolicy, policy, withPolicies } from '../../../testing/policies.ts'
import { checkPolicies } from './check.ts'

const webPods = { podSelector: { matchLabels: { app: 'web' } } }
const block = (cidr: string) => ({ ipBlock: { cidr } })
const WEB = block('10.96.0.1/32')
const of = (direction: 'ingress' | 'egress', ...rules: readonly object[]) =>
  policy('out', {
    podSelector: { matchLabels: { app: 'client' } },
    policyTypes: [direction === 'egress' ? 'Egress' : 'Ingress'],
    [direction]: rules,
  })
const egress = (...rules: readonly object[]) => of('egress', ...rules)
const shop: Partial<ClusterFacts> = {
  services: [service('web', '10.96.0.1')],
  slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2)])],
}

/** Of each finding, but for those that come with its cure, its reason and its place, and what is done: the operations of a patch, else the command. */
const told = (policies: Parameters<typeof withPolicies>[0], more: Partial<ClusterFacts> = {}, admin: object[] = []) =>
  checkPolicies(withPolicies(policies, admin as never, { ...shop, ...more }), undefined, {
    fairlead: [],
    kubectl: [],
  }).findings.flatMap((one) =>
    one.follows
      ? []
      : [
          [
            one.reason,
            'path' in one ? one.path : '',
            ...one.cures.map(({ kind, argv, input }) =>
              kind === 'run' && input === undefined ? JSON.parse(argv.at(-1) ?? '') : argv.join(' '),
            ),
          ],
        ],
  )
const meant = (path: string, ...operations: readonly object[]) => [['peer-is-cluster-ip', path, operations]]
const shown = (path: string, what = 'networkpolicy out -n default') => [
  ['peer-is-cluster-ip', path, `kubectl get ${what} -o yaml`],
]
const replaced = (value: object, index = 0) => ({ op: 'replace', path: `/spec/egress/0/to/${index}`, value })
const port = (value: number, protocol = 'TCP') => ({
  op: 'add',
  path: '/spec/egress/0/ports/-',
  value: { protocol, port: value },
})

test('who is behind a ClusterIP is meant in its place, at the port that the Service leads to', () => {
  const path = 'spec.egress[0].to[0]'
  assert.deepEqual(told([egress({ to: [WEB], ports: [{ port: 80 }] })]), meant(path, replaced(webPods), port(8080)))
  assert.deepEqual(told([egress({ to: [WEB] })]), meant(path, replaced(webPods)), 'at all ports')
  assert.deepEqual(told([egress({ to: [WEB], ports: [{ port: 8080 }] })]), meant(path, replaced(webPods)))
  assert.deepEqual(
    told([egress({ to: [WEB], ports: [{ port: 80, protocol: 'UDP' }] })]),
    meant(path, replaced(webPods)),
    'of another protocol the Service has none',
  )
  assert.deepEqual(
    told([egress({ to: [block('192.0.2.7/32'), WEB], ports: [{ port: 80 }] })]),
    meant('spec.egress[0].to[1]', replaced(webPods, 1), port(8080)),
  )
  const bare = { ...slice('web', [at('10.244.1.11', 1)]), ports: [{ port: 8080 }] }
  assert.deepEqual(
    told([egress({ to: [WEB], ports: [{ port: 80 }] })], { slices: [bare] }),
    meant(path, replaced(webPods), port(8080)),
    'where a slice names neither its port nor the protocol',
  )
  const both = service('web', '10.96.0.1', { clusterIPs: ['10.96.0.1', 'fd00:10:96::1'] })
  assert.deepEqual(
    told([egress({ to: [block('fd00:10:96::1/128')] })], { services: [both] }),
    meant(path, replaced(webPods)),
  )
})

test('of a Service with several ports the one that the rule names leads on, of its own protocol', () => {
  const ports = [
    { name: 'web', port: 80, protocol: 'TCP' },
    { name: 'admin', port: 81, protocol: 'TCP' },
    { name: 'quic', port: 81, protocol: 'UDP' },
  ]
  const led = [
    { name: 'web', port: 8080, protocol: 'TCP' },
    { name: 'admin', port: 9090, protocol: 'TCP' },
    { name: 'quic', port: 9443, protocol: 'UDP' },
  ]
  const more = {
    services: [service('web', '10.96.0.1', { ports })],
    slices: [{ ...slice('web', [at('10.244.1.11', 1)]), ports: led }] as ClusterFacts['slices'],
  }
  const mended = (...given: readonly object[]) => told([egress({ to: [WEB], ports: given })], more)
  const path = 'spec.egress[0].to[0]'
  assert.deepEqual(mended({ port: 81 }), meant(path, replaced(webPods), port(9090)))
  assert.deepEqual(mended({ port: 81, protocol: 'UDP' }), meant(path, replaced(webPods), port(9443, 'UDP')))
  assert.deepEqual(
    mended({ port: 81, protocol: 'UDP' }, { port: 80 }),
    meant(path, replaced(webPods), port(8080), port(9443, 'UDP')),
  )
})

test('a Service without a selector leads to its endpoints: each is meant, those outside by their addresses', () => {
  const more = {
    services: [service('web', '10.96.0.1', { selector: undefined })],
    slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2), at('192.0.2.7', 1)])],
  }
  assert.deepEqual(
    told([egress({ to: [WEB] })], more),
    meant('spec.egress[0].to[0]', replaced(webPods), {
      op: 'add',
      path: '/spec/egress/0/to/-',
      value: block('192.0.2.7/32'),
    }),
  )
  assert.deepEqual(told([egress({ to: [WEB] })], { slices: [] }), shown('spec.egress[0].to[0]'), 'nobody is behind it')
})

test('the ClusterIP of the DNS is mended by who answers for it, and that DNS is closed is not told besides', () => {
  const dns = { to: [block('10.96.0.10/32')], ports: [{ port: 53, protocol: 'UDP' }] }
  const peer = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  }
  const others = { to: [{ podSelector: { matchLabels: { app: 'client' } } }] }
  assert.deepEqual(told([egress(dns, others)]), meant('spec.egress[0].to[0]', replaced(peer)))
  assert.deepEqual(
    told([egress({ to: [WEB] }, others)]).map(([reason]) => reason),
    ['peer-is-cluster-ip', 'dns-forgotten'],
    'another rule than that for DNS is no reason for it',
  )
})

test('where a Service is meant but not by itself, or as one who asks, the policy is shown', () => {
  assert.deepEqual(told([egress({ to: [block('10.96.0.0/16')] })]), shown('spec.egress[0].to[0]'))
  assert.deepEqual(told([egress({ to: [block('10.96.0.0/24')] })]), shown('spec.egress[0].to[0]'))
  assert.deepEqual(told([of('ingress', { from: [WEB] })]), shown('spec.ingress[0].from[0]'))
  const admin = clusterPolicy('out', {
    egress: [
      { action: 'Accept', to: [{ networks: ['10.96.0.1/32'] }] },
      { action: 'Deny', to: [{ namespaces: {} }] },
    ],
  })
  assert.deepEqual(told([], {}, [admin]), shown('spec.egress[0].to[0]', 'clusternetworkpolicy out'))
})

test('ranges that hold more than ClusterIPs, or none, are no finding; nor is one beside who is behind it', () => {
  for (const cidr of ['10.0.0.0/8', '0.0.0.0/1', '192.0.2.1/32', '10.97.0.0/16'])
    assert.ok(!told([egress({ to: [block(cidr)] })]).some(([reason]) => reason === 'peer-is-cluster-ip'), cidr)
  const ports = [{ port: 80 }, { port: 8080 }]
  const dns = { ports: [{ port: 53, protocol: 'UDP' }] }
  assert.deepEqual(told([egress(dns, { to: [WEB, webPods], ports })]), [])
  assert.deepEqual(
    told([egress({ to: [WEB], ports: [{ port: 80 }] }), { ...egress(dns, { to: [webPods], ports }) }]),
    [],
    'in another policy',
  )
  const one = { to: [{ podSelector: { matchLabels: { lot: 'a' } } }], ports }
  const pods = [pod('web-1', 1, 11, { labels: { app: 'web', lot: 'a' } }), pod('web-2', 2, 11)]
  assert.deepEqual(
    told([egress(dns, one, { to: [WEB] })], { pods: [...pods, pod('client', 1, 9, { labels: { app: 'client' } })] }),
    [['peer-is-cluster-ip', 'spec.egress[2].to[0]', [{ op: 'replace', path: '/spec/egress/2/to/0', value: webPods }]]],
    'some of them are closed',
  )
})
