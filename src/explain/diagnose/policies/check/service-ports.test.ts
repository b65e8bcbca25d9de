import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import { at, pod, service, slice } from '../../../testing/cluster.ts'
import { clusterPolicy, policy, withPolicies } from '../../../testing/policies.ts'
import { checkPolicies } from './check.ts'

const web = { matchLabels: { app: 'web' } }
const shop: Partial<ClusterFacts> = {
  services: [service('web', '10.96.0.1')],
  slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2)])],
}
const from = [{ podSelector: {} }]
const ingress = (...ports: readonly object[]) => [policy('web', { podSelector: web, ingress: [{ from, ports }] })]
const DNS = { ports: [{ port: 53, protocol: 'UDP' }] }
const egress = (rule: object) => [policy('out', { policyTypes: ['Egress'], egress: [DNS, rule] })]

/** Of each finding its reason and its place, and what a patch adds where. */
const told = (policies: Parameters<typeof withPolicies>[0], more: Partial<ClusterFacts> = {}, admin: object[] = []) =>
  checkPolicies(withPolicies(policies, admin as never, { ...shop, ...more }), undefined, {
    fairlead: [],
    kubectl: [],
  }).findings.map((one) => {
    const [cure, ...others] = one.cures
    assert.deepEqual(others, [])
    const done = cure?.kind === 'run' && cure.input === undefined ? JSON.parse(cure.argv.at(-1) ?? '') : []
    return [one.reason, 'path' in one ? one.path : '', ...done]
  })
const FOUND = [
  'policy-port-is-services',
  'spec.ingress[0].ports[0]',
  { op: 'add', path: '/spec/ingress/0/ports/-', value: { protocol: 'TCP', port: 8080 } },
]

test('a Service’s port in a rule is told once, with the port that it leads to, and not besides that nobody may ask the Service', () => {
  assert.deepEqual(told(ingress({ port: 80 })), [FOUND])
  const two = {
    services: [service('web', '10.96.0.1'), service('again', '10.96.0.2', { selector: { app: 'web' } })],
    slices: [...(shop.slices ?? []), slice('again', [at('10.244.1.11', 1)])],
  }
  assert.deepEqual(told(ingress({ port: 80 }), two), [FOUND], 'of two Services')
  const other = {
    services: [service('web', '10.96.0.1'), service('db', '10.96.0.2')],
    slices: [...(shop.slices ?? []), slice('db', [at('10.244.1.12', 1)])],
    pods: [pod('web-1', 1, 11), pod('web-2', 2, 11), pod('db', 1, 12, { labels: { app: 'db' } })],
  }
  const closed = policy('db', { podSelector: { matchLabels: { app: 'db' } } })
  assert.deepEqual(
    told([...ingress({ port: 80 }), closed], other).map(([reason]) => reason),
    ['policy-port-is-services', 'service-closed'],
    'that another Service is closed is told',
  )
})

test('that nobody may ask a Service is told where it stays so when the port is mended', () => {
  const out = policy('out', {
    podSelector: { matchLabels: { app: 'client' } },
    policyTypes: ['Egress'],
    egress: [DNS, { to: [{ podSelector: web }], ports: [{ port: 80 }] }],
  })
  const deny = policy('deny', {})
  const reasons = (policies: Parameters<typeof told>[0], more: Partial<ClusterFacts> = {}) =>
    told(policies, more).map(([reason]) => reason)
  assert.deepEqual(reasons([deny, out]), ['policy-port-is-services', 'service-closed'], 'it is the asker’s port')
  const both = policy('both', { policyTypes: ['Ingress', 'Egress'], egress: out.spec?.egress })
  assert.deepEqual(reasons([both]), ['policy-port-is-services', 'service-closed'], 'in the same policy too')
  assert.deepEqual(reasons([deny, ...ingress({ port: 80 })]), ['policy-port-is-services'], 'policies add up')
  const lots = {
    pods: [
      pod('web-1', 1, 11, { labels: { app: 'web', lot: 'a' } }),
      pod('web-2', 2, 11, { labels: { app: 'web', lot: 'b' } }),
    ],
  }
  const one = policy('one', { podSelector: { matchLabels: { lot: 'a' } }, ingress: [{ from, ports: [{ port: 80 }] }] })
  assert.deepEqual(reasons([deny, one], lots), ['policy-port-is-services', 'service-closed'], 'of some of its pods')
})

test('a port that pods have, that some Service leads to, or that lets the Service be asked all the same, is meant so', () => {
  const having = (containerPort: number) => {
    const ports = [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { containerPort, protocol: 'TCP' },
    ]
    return { pods: [pod('web-1', 1, 11, { ports }), pod('web-2', 2, 11)] }
  }
  assert.deepEqual(told(ingress({ port: 80 }, { port: 8080 }), having(9999)), [])
  assert.deepEqual(told(ingress({ port: 80 }, { port: 'http' })), [], 'by its name')
  assert.deepEqual(
    told(ingress({ port: 79, endPort: 81 })).map(([reason]) => reason),
    ['service-closed'],
    'a range',
  )
  assert.deepEqual(
    told(ingress({ port: 80, protocol: 'UDP' })).map(([reason]) => reason),
    ['service-closed'],
  )
  assert.deepEqual(
    told(ingress({ port: 80 }), having(80)).map(([reason]) => reason),
    ['service-closed'],
    'one has it',
  )
  assert.deepEqual(told(ingress({ port: 80 }), having(81)), [FOUND])
  const direct = {
    services: [
      service('web', '10.96.0.1'),
      service('direct', '10.96.0.2', { ports: [{ port: 8000, targetPort: 80 }] }),
    ],
    slices: [...(shop.slices ?? []), slice('direct', [at('10.244.1.11', 1)], { name: '', port: 80, protocol: 'TCP' })],
  }
  assert.deepEqual(
    told(ingress({ port: 80 }), direct).map(([reason]) => reason),
    ['service-closed'],
  )
})

test('in egress a port is that of a Service where its pods are meant, not where anybody or an address may be', () => {
  const toWeb = { to: [{ podSelector: web }] }
  const found = [
    'policy-port-is-services',
    'spec.egress[1].ports[0]',
    { op: 'add', path: '/spec/egress/1/ports/-', value: { protocol: 'TCP', port: 8080 } },
  ]
  assert.deepEqual(told(egress({ ...toWeb, ports: [{ port: 80 }] })), [found])
  assert.deepEqual(told(egress({ ports: [{ port: 80 }] })), [], 'anybody')
  const outside = { ipBlock: { cidr: '192.0.2.0/24' } }
  assert.deepEqual(told(egress({ to: [...toWeb.to, outside], ports: [{ port: 80 }] })), [], 'an address too')
  const client = { podSelector: { matchLabels: { app: 'client' } } }
  assert.deepEqual(told(egress({ to: [client], ports: [{ port: 80 }] })), [], 'of pods that no Service leads to')
})

test('in a ClusterNetworkPolicy it stands among the protocols', () => {
  const rule = (protocol: string) => ({
    subject: { pods: { namespaceSelector: {}, podSelector: web } },
    ingress: [
      { action: 'Deny', from: [{ namespaces: {} }], protocols: [{ [protocol]: { destinationPort: { number: 80 } } }] },
    ],
  })
  assert.deepEqual(told([], {}, [clusterPolicy('web', rule('tcp'))]), [
    [
      'policy-port-is-services',
      'spec.ingress[0].protocols[0]',
      { op: 'add', path: '/spec/ingress/0/protocols/-', value: { tcp: { destinationPort: { number: 8080 } } } },
    ],
  ])
  assert.deepEqual(told([], {}, [clusterPolicy('web', rule('udp'))]), [])
})
