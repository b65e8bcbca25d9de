import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../cluster/facts.ts'
import { ask, at, pod, service, slice } from '../testing/cluster.ts'
import { clusterPolicy, policy, withPolicies } from '../testing/policies.ts'
import type { Told } from '../testing/told.ts'

const web = { matchLabels: { app: 'web' } }
const client = { matchLabels: { app: 'client' } }
const EGRESS = ['Egress']

const stepsOf = ({ steps }: Told): readonly string[] =>
  steps
    .filter((step) => step.at.endsWith(', policies'))
    .flatMap(({ at: place, text, details = [] }) => [`${place}: ${text}`, ...details])
const verdictsOf = ({ outcomes }: Told) => outcomes.map(({ verdict }) => verdict)
const asked = (given: ClusterFacts, from: string, to: string, more = {}): Told => ask(from, to, more, given)

test('where no policy speaks of either end, the walk has no step of policies', () => {
  const told = asked(
    withPolicies([policy('other', { podSelector: { matchLabels: { app: 'other' } } })]),
    'pod/client',
    'svc/web',
  )
  assert.deepEqual(stepsOf(told), [])
  assert.equal(told.verdict, 'reachable')
})

test('egress is judged where the sender is, by the endpoint that was chosen; ingress where each of them is', () => {
  const told = asked(
    withPolicies([
      policy('out', { podSelector: client, policyTypes: EGRESS, egress: [{ to: [{ podSelector: web }] }] }),
      policy('in', { podSelector: web, ingress: [{ from: [{ podSelector: web }, { podSelector: client }] }] }),
    ]),
    'pod/client',
    'svc/web',
  )
  assert.equal(told.verdict, 'reachable')
  const leaves =
    'isolated by default/out; let pass by NetworkPolicy default/out, spec.egress[0].to[0], and its replies too'
  const enters =
    'isolated by default/in; let pass by NetworkPolicy default/in, spec.ingress[0].from[1], and its replies too'
  assert.deepEqual(stepsOf(told), [
    'node-1, policies: of a new connection',
    `pod default/client, egress to pod default/web-1, 10.244.1.11:8080/TCP: ${leaves}`,
    `pod default/web-1, ingress at 8080/TCP from pod default/client, 10.244.1.9: ${enters}`,
    `pod default/client, egress to pod default/web-2, 10.244.2.11:8080/TCP: ${leaves}`,
    'the cluster’s DNS it may not ask (53/UDP): names do not resolve there',
    `node-2, policies: pod default/web-2, ingress at 8080/TCP from pod default/client, 10.244.1.9: ${enters}`,
  ])
})

test('of several endpoints some may pass and some not: it is reachable only sometimes', () => {
  const told = asked(
    withPolicies([
      policy('out', {
        podSelector: client,
        policyTypes: EGRESS,
        egress: [{ to: [{ ipBlock: { cidr: '10.244.2.0/24' } }] }],
      }),
    ]),
    'pod/client',
    'svc/web',
  )
  assert.equal(told.verdict, 'sometimes')
  assert.deepEqual(verdictsOf(told), ['denied', 'deliver'])
  const [denied] = told.trace.outcomes
  assert.deepEqual(denied?.stops, [
    {
      node: 'node-1',
      direction: 'egress',
      pod: { kind: 'Pod', namespace: 'default', name: 'client' },
      other: { address: '10.244.1.11', pod: { kind: 'Pod', namespace: 'default', name: 'web-1' } },
      port: 8080,
      protocol: 'TCP',
      passes: false,
      isolatedBy: [{ kind: 'NetworkPolicy', namespace: 'default', name: 'out' }],
    },
  ])
  const { details = [] } = told.steps.find((step) => step.at === 'node-1, route') ?? {}
  assert.deepEqual(details, [
    '10.244.1.11 is on this node; policies drop it before pod default/web-1 gets it',
    '10.244.2.11 is on node-2, by way of 172.30.0.3; pod default/web-2 listens on 8080/TCP (container web, port http): delivered',
  ])
})

test('what a node masquerades comes from that node, but for pods of its own', () => {
  const nodePort = { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 }] }
  const told = asked(
    withPolicies(
      [policy('in', { podSelector: web, ingress: [{ from: [{ ipBlock: { cidr: '172.30.0.1/32' } }] }] })],
      [],
      {
        services: [service('web', '10.96.0.1', nodePort)],
      },
    ),
    'host',
    '172.30.0.2:30080',
  )
  assert.deepEqual(verdictsOf(told), ['deliver', 'denied'])
  assert.deepEqual(stepsOf(told), [
    'node-1, policies: pod default/web-1, ingress at 8080/TCP from 172.30.0.1: isolated by default/in; let pass by NetworkPolicy default/in, spec.ingress[0].from[0], and its replies too',
    'node-2, policies: pod default/web-2, ingress at 8080/TCP from node-1 (which put its address in place of 172.30.0.1), 172.30.0.2: isolated by default/in; no rule lets it pass: dropped',
  ])
})

test('what policies of the sender drop does not go on, to another node or outside', () => {
  const given = withPolicies([policy('out', { podSelector: client, policyTypes: EGRESS })])
  for (const to of ['172.30.0.3:30080', '203.0.113.9:443', '10.244.2.11:8080']) {
    const told = asked(given, 'pod/client', to)
    assert.deepEqual(verdictsOf(told), ['denied'], to)
    assert.match(told.steps.at(-1)?.at ?? '', /^node-1, policies$/, to)
  }
})

test('a node to its own pods, a pod to itself, and a pod of its node’s network pass whatever policies say', () => {
  const closed = policy('closed', { policyTypes: ['Ingress', 'Egress'] })
  const host = pod('agent', 1, 0, { labels: { app: 'agent' }, spec: { hostNetwork: true } })
  const given = withPolicies([closed], [], {
    services: [service('web', '10.96.0.1')],
    slices: [slice('web', [at('10.244.1.11', 1)])],
    pods: [pod('web-1', 1, 11), host],
  })
  assert.equal(asked(given, 'node/node-1', '10.244.1.11:8080').verdict, 'reachable')
  assert.equal(asked(given, 'pod/agent', 'svc/web').verdict, 'reachable')
  assert.equal(asked(given, 'pod/web-1', 'svc/web').verdict, 'reachable')
  assert.deepEqual(verdictsOf(asked(given, 'node/node-2', '10.244.1.11:8080')), ['denied'])
})

test('a tier is told with its priority; what it decides, no NetworkPolicy is asked about', () => {
  const tiers = [
    clusterPolicy('first', { priority: 3, ingress: [{ action: 'Accept', from: [{ namespaces: {} }] }] }),
    clusterPolicy('second', { priority: 4, ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
  ]
  const accepted = asked(
    withPolicies([policy('deny', { policyTypes: ['Ingress'] })], tiers),
    'pod/client',
    '10.244.2.11:8080',
  )
  assert.deepEqual(stepsOf(accepted), [
    'node-2, policies: pod default/web-2, ingress at 8080/TCP from pod default/client, 10.244.1.9: let pass by ClusterNetworkPolicy first (tier Admin, priority 3), spec.ingress[0].from[0], and its replies too',
  ])
  const denied = asked(withPolicies([], tiers.slice(1)), 'pod/client', '10.244.2.11:8080')
  assert.deepEqual(verdictsOf(denied), ['denied'])
})

test('where nobody could look at policies, or at the labels of namespaces, they are not judged', () => {
  const { policies: _, ...without } = withPolicies([policy('deny', { policyTypes: ['Ingress'] })])
  assert.equal(asked(without, 'pod/client', 'svc/web').verdict, 'reachable')
})
