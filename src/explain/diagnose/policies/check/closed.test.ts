import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import { policiesOf } from '../../../policies/view-of.ts'
import { at, pod, service, slice } from '../../../testing/cluster.ts'
import { policy, withPolicies } from '../../../testing/policies.ts'
import { printCheck } from '../../../words/policies/check.ts'
import { checkPolicies } from './check.ts'
import { cured } from './cured.ts'

type Policies = Parameters<typeof withPolicies>[0]

const app = (name: string) => ({ matchLabels: { app: name } })
const from = (...peers: readonly object[]) => ({ podSelector: app('web'), ingress: [{ from: peers }] })
const port = (port: number | string) => [{ port }]
const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })
const labelled = (name: string, node: number, last: number, more: object = {}) =>
  pod(name, node, last, { labels: { app: name }, ...more })
const PODS = [
  pod('web-1', 1, 11),
  pod('web-2', 2, 11),
  labelled('client', 1, 9),
  labelled('tool', 1, 8, { namespace: 'dev' }),
]
const shop: Partial<ClusterFacts> = {
  services: [service('web', '10.96.0.1')],
  slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2)])],
  pods: PODS,
  namespaces: ['default', 'dev'],
}
const factsOf = (policies: Policies, more: Partial<ClusterFacts> = {}) =>
  withPolicies(policies, [], { ...shop, ...more })
const check = (facts: ClusterFacts) => checkPolicies(facts, undefined, { fairlead: [], kubectl: [] })
const lines = (facts: ClusterFacts) =>
  printCheck(check(facts))
    .trimEnd()
    .split('\n')
    .map((line) => line.trim())
const reasons = (facts: ClusterFacts) => check(facts).findings.map(({ reason }) => reason)

/** After all cures that are printed, in their order: nothing is found. */
const mended = (facts: ClusterFacts): ClusterFacts => {
  const done = cured(
    facts,
    check(facts).findings.flatMap(({ cures }) => cures),
  )
  assert.deepEqual(reasons(done), [])
  return done
}
const may = (facts: ClusterFacts, source: string): boolean | undefined =>
  policiesOf(facts)
    ?.words(source, '10.244.1.11', { protocol: 'TCP', port: 8080 })
    .every(({ passes }) => passes)
const [CLIENT, TOOL, OTHER_WEB] = ['10.244.1.9', '10.244.1.8', '10.244.2.11']

test('a podSelector alone of pods of another namespace is told, gets that namespace, and nobody else is let in for the Service', () => {
  const given = factsOf([policy('web', from({ podSelector: app('tool') }))])
  assert.deepEqual(lines(given), [
    'why   NetworkPolicy default/web, spec.ingress[0].from[0], means nobody: no pod there has app=tool [peer-means-nobody]',
    'there are such pods in namespace dev: a podSelector alone means pods of namespace default',
    'cure  let spec.ingress[0].from[0] mean such pods of namespace dev:',
    `kubectl patch networkpolicy web -n default --type json -p '[{"op":"add","path":"/spec/ingress/0/from/0/namespaceSelector","value":{"matchLabels":{"kubernetes.io/metadata.name":"dev"}}}]'`,
    '1 finding in 1 policy',
  ])
  const done = mended(given)
  assert.deepEqual([may(done, TOOL), may(done, CLIENT)], [true, false])
})

test('where several namespaces have such pods they are shown, and the Service is not opened to anybody for it', () => {
  const given = factsOf([policy('web', from({ podSelector: app('tool') }))], {
    pods: [...PODS, labelled('tool', 2, 8, { namespace: 'test' })],
    namespaces: ['default', 'dev', 'test'],
  })
  assert.deepEqual(lines(given).slice(1), [
    'there are such pods in namespaces dev and test: a podSelector alone means pods of namespace default',
    'look  the labels of the pods there:',
    'kubectl get pods -A -l app=tool --show-labels',
    '1 finding in 1 policy',
  ])
})

test('pods that are labelled just so in one other namespace are nearer than those that are nearly so in its own', () => {
  const given = factsOf([policy('web', from({ podSelector: app('tool') }))], {
    pods: [...PODS, labelled('toll', 1, 7)],
  })
  assert.match(lines(given)[2] ?? '', /mean such pods of namespace dev:$/)
})

test('the DNS by a podSelector alone gets its namespace, where the nodes answer for its pods', () => {
  const dns = {
    to: [{ podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
    ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }],
  }
  const given = factsOf([
    policy('out', {
      podSelector: app('client'),
      policyTypes: ['Egress'],
      egress: [dns, { to: [{ podSelector: app('web') }] }],
    }),
  ])
  assert.deepEqual(reasons(given), ['peer-means-nobody'])
  assert.match(lines(given)[2] ?? '', /mean such pods of namespace kube-system:$/)
  mended(given)
})

test('a Service that is closed by a slip alone is told by that slip', () => {
  const slips = [
    [from({ podSelector: app('cleint') }), 'peer-means-nobody', CLIENT],
    [from({ namespaceSelector: { matchLabels: { name: 'dev' } } }), 'peer-means-nobody', TOOL],
    [
      { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('client') }], ports: port('htp') }] },
      'policy-port-unknown',
      CLIENT,
    ],
    [
      { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('client') }], ports: port(80) }] },
      'policy-port-is-services',
      CLIENT,
    ],
  ] as const
  for (const [spec, reason, source] of slips) {
    const given = factsOf([policy('web', spec)])
    assert.deepEqual(reasons(given), [reason])
    const done = mended(given)
    assert.deepEqual(
      [CLIENT, TOOL, OTHER_WEB].filter((one) => may(done, one)),
      [source],
    )
  }
})

test('a slip that only a person can mend stands for the Service that it closes, at the port that its rule speaks of', () => {
  const host = pod('agent', 1, 30, { labels: { app: 'agent' }, spec: { hostNetwork: true } })
  const given = factsOf([policy('web', from({ podSelector: app('agent') }))], { pods: [...PODS, host] })
  assert.deepEqual(lines(given), [
    'why   NetworkPolicy default/web, spec.ingress[0].from[0], means nobody: no other pod there has app=agent [peer-means-nobody]',
    'pod default/agent lives in the network of its node (hostNetwork): no selector means such pods, and an ipBlock of the node’s address means all of it',
    'look  the policy:',
    'kubectl get networkpolicy web -n default -o yaml',
    '1 finding in 1 policy',
  ])
  const nobody = { namespaceSelector: { matchLabels: { team: 'zzzz' } } }
  assert.deepEqual(reasons(factsOf([policy('web', from(nobody))])), ['peer-means-nobody'])
  const other = { podSelector: app('web'), ingress: [{ from: [nobody], ports: port(9090) }] }
  assert.deepEqual(reasons(factsOf([policy('web', other)])), ['peer-means-nobody', 'service-closed'], 'of another port')
})

test('where rules say who may ask, and none of them is there, the policy is shown, and nobody is let in in their place', () => {
  const given = factsOf([policy('web', from({ podSelector: app('monitoring') }))])
  assert.deepEqual(reasons(given), ['service-closed'])
  assert.deepEqual(lines(given).slice(-3), [
    'look  the policy:',
    'kubectl get networkpolicy web -n default -o yaml',
    '1 finding in 1 policy',
  ])
})

test('what a slip hides is told with it, and all cures in their order mend all: the label, the Service’s port at both ends, DNS', () => {
  const given = factsOf([
    policy('in', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('clinet') }], ports: port(80) }] }),
    policy('out', {
      podSelector: app('client'),
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: app('web') }], ports: port(80) }],
    }),
  ])
  assert.deepEqual(reasons(given), [
    'peer-means-nobody',
    'policy-port-is-services',
    'policy-port-is-services',
    'dns-forgotten',
  ])
  const done = mended(given)
  assert.deepEqual([may(done, CLIENT), may(done, OTHER_WEB)], [true, false])
})

test('a finding that is there only when another is mended says so', () => {
  const given = factsOf([
    policy('web', { podSelector: app('wbe'), ingress: [{ from: [{ podSelector: app('cleint') }] }] }),
  ])
  assert.deepEqual(
    check(given).findings.map(({ reason, follows = false }) => [reason, follows]),
    [
      ['policy-selects-nothing', false],
      ['peer-means-nobody', true],
    ],
  )
  assert.equal(lines(given).filter((line) => line === 'so it is when what stands above is done').length, 1)
  mended(given)
})

test('a Service whose pods stand closed both ways in a namespace opens when all cures are done, with the DNS', () => {
  const given = factsOf([policy('deny', { policyTypes: ['Ingress', 'Egress'] })])
  assert.deepEqual(
    check(given).findings.map(({ reason, cures }) => [
      reason,
      cures.map(({ input = '{}' }) => JSON.parse(input).metadata?.name),
    ]),
    [
      ['service-closed', ['allow-namespace-to-web-8080', 'allow-egress-namespace-to-web-8080']],
      ['dns-forgotten', ['allow-dns']],
    ],
  )
  assert.match(
    printCheck(check(given)),
    /let the pods of NetworkPolicy default\/deny ask Service default\/web, by a policy of its own/,
  )
  const done = mended(given)
  assert.deepEqual(
    [CLIENT, TOOL, OTHER_WEB].filter((one) => may(done, one)),
    [CLIENT, OTHER_WEB],
  )
})

test('a Service that some may come in to, none of whom may leave, is closed: they alone are let leave, for it alone', () => {
  const given = factsOf([
    policy('deny', { policyTypes: ['Ingress', 'Egress'] }),
    policy('web', from({ podSelector: app('client') })),
  ])
  const [closed] = check(given).findings
  assert.deepEqual(closed?.reason === 'service-closed' && closed.policies, [
    { kind: 'NetworkPolicy', namespace: 'default', name: 'deny' },
  ])
  assert.deepEqual(
    closed?.cures.map(({ input = '' }) => JSON.parse(input).spec),
    [
      {
        podSelector: app('client'),
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: app('web') }], ports: [{ protocol: 'TCP', port: 8080 }] }],
      },
    ],
  )
  assert.match(printCheck(check(given)), /let pod default\/client ask Service default\/web, by a policy of its own/)
  const done = mended(given)
  assert.deepEqual(
    [CLIENT, TOOL, OTHER_WEB].filter((one) => may(done, one)),
    [CLIENT],
  )
  const two = factsOf(given.policies?.policies ?? [], {
    pods: [...PODS, pod('other', 2, 9, { labels: { app: 'client' } })],
  })
  assert.equal(check(two).findings[0]?.cures.length, 1, 'pods that are labelled alike are let leave by one')
  const apart = policy('web', from({ namespaceSelector: named('dev') }))
  assert.deepEqual(
    reasons(factsOf([policy('deny', { policyTypes: ['Ingress', 'Egress'] }), apart])),
    [],
    'these may leave',
  )
})

test('of namespaces one that has nearly that value of the label is meant; of two only a person knows', () => {
  const given = (labels: Readonly<Record<string, string>>) => {
    const facts = factsOf([policy('web', from({ namespaceSelector: { matchLabels: { purpose: 'test' } } }))], {
      namespaces: ['default', 'dev', 'other'],
    })
    return { ...facts, namespaceLabels: { ...facts.namespaceLabels, dev: { purpose: 'testing' }, other: labels } }
  }
  assert.deepEqual(lines(given({ purpose: 'production' })).slice(1, 4), [
    'nearest: dev',
    'cure  let spec.ingress[0].from[0].namespaceSelector mean purpose=testing:',
    `kubectl patch networkpolicy web -n default --type json -p '[{"op":"replace","path":"/spec/ingress/0/from/0/namespaceSelector","value":{"matchLabels":{"purpose":"testing"}}}]'`,
  ])
  mended(given({ purpose: 'testing' }))
  assert.match(lines(given({ purpose: 'tests' })).at(-3) ?? '', /^look/)
})
