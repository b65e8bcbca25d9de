import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import { ApiError } from '#client/client.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { portsOf } from '#policy/traffic.ts'
import { PolicyFeed, type PolicyListener } from './policy-feed.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const scope = { namespace: 'x' }
const SERVES = {
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  traffic: portsOf('UDP', 53, 53),
  ports: [],
}

const listening = () => {
  const told: string[] = []
  const listener: PolicyListener = {
    together: (changes) => {
      told.push('together')
      changes()
      told.push('done')
    },
    setPod: ({ namespace, name, addresses }) =>
      told.push(`pod ${namespace}/${name} ${addresses.map(({ text }) => text)}`.trimEnd()),
    removePod: (namespace, name) => told.push(`no pod ${namespace}/${name}`),
    setNode: ({ name, serves }) => told.push(`node ${name}${serves === SERVES ? ' serves' : ''}`),
    removeNode: (name) => told.push(`no node ${name}`),
    setNamespace: (name, labels) => told.push(`namespace ${name} ${JSON.stringify(labels) ?? 'gone'}`),
    setPolicy: ({ kind, name, faults }) => told.push(`${kind} ${name}${faults.length > 0 ? ' with faults' : ''}`),
    removePolicy: ({ kind, name }) => told.push(`no ${kind} ${name}`),
  }
  const since = () => told.splice(0)
  return { listener, since }
}

const pod = (name: string, more: object = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'x', labels: { app: 'a' } },
    spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'i' }] },
    status: { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }], ...more },
  }) as never
const policy = (name: string, spec: object = {}) =>
  ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'x' },
    spec: { podSelector: {}, ...spec },
  }) as never
const clusterPolicy = {
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name: 'all' },
  spec: { tier: 'Admin', priority: 1, subject: { namespaces: {} } },
} as never
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x', labels: { team: 't' } } } as never
const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } } as never

const setup = async (fault?: ConstructorParameters<typeof FakeClient>[0]['fault']) => {
  const clock = new HandClock()
  const abort = new AbortController()
  const client = new FakeClient({ clock, ...(fault && { fault }) })
  const informers = new Informers(client, { clock, random: () => 0, signal: abort.signal, onError: assert.fail })
  const start = () =>
    new PolicyFeed(
      {
        pods: informers.for(pods),
        nodes: informers.for(nodes),
        namespaces: informers.for(namespaces),
        policies: informers.for(networkPolicies),
        clusterPolicies: informers.for(clusterNetworkPolicies, { isOptional: true }),
      },
      SERVES,
    )
  return { client, abort, start }
}

test('who comes is told of all that there is, at once and together, and of what changes then, until he goes', async () => {
  const { client, abort, start } = await setup()
  await client.create(namespaces, namespace)
  await client.create(nodes, node)
  await client.create(pods, pod('one'), scope)
  await client.create(networkPolicies, policy('deny'), scope)
  await client.create(clusterNetworkPolicies, clusterPolicy)
  const feed = start()
  await feed.synced
  const { listener, since } = listening()
  const end = feed.subscribe(listener)
  const everything = [
    'together',
    'namespace x {"team":"t"}',
    'node node-1 serves',
    'NetworkPolicy x/deny',
    'ClusterNetworkPolicy all',
    'pod x/one 10.0.0.1',
    'done',
  ]
  assert.deepEqual(since(), everything)
  const other = listening()
  feed.subscribe(other.listener)
  assert.deepEqual([since(), other.since()], [[], everything])
  assert.equal(feed.pod('x/one')?.name, 'one')
  assert.deepEqual(
    [...feed.policies()].map(({ name }) => name),
    ['x/deny', 'all'],
  )
  await client.delete(networkPolicies, 'deny', scope)
  await client.delete(clusterNetworkPolicies, 'all')
  await client.delete(pods, 'one', { ...scope, gracePeriodSeconds: 0 })
  await client.delete(nodes, 'node-1')
  await turn()
  const gone = ['no NetworkPolicy x/deny', 'no ClusterNetworkPolicy all', 'no pod x/one', 'no node node-1']
  assert.deepEqual([since(), other.since()], [gone, gone])
  assert.deepEqual([feed.pod('x/one'), [...feed.policies()]], [undefined, []])
  end()
  await client.create(pods, pod('two'), scope)
  await turn()
  assert.deepEqual([since(), other.since()], [[], ['pod x/two 10.0.0.1']])
  abort.abort()
})

test('what policies do not look at is not told: a pod’s or a node’s new status, a namespace’s annotations', async () => {
  const { client, abort, start } = await setup()
  const feed = start()
  await feed.synced
  const { listener, since } = listening()
  feed.subscribe(listener)
  await client.create(namespaces, namespace)
  await client.create(nodes, node)
  await client.create(pods, pod('one'), scope)
  await turn()
  since()
  await client.patch(pods, 'one', 'merge', { metadata: { annotations: { a: 'b' } } }, scope)
  await client.patch(pods, 'one', 'merge', { status: { message: 'well' } }, {
    ...scope,
    subresource: 'status',
  } as never)
  await client.patch(nodes, 'node-1', 'merge', { metadata: { annotations: { a: 'b' } } })
  await client.patch(namespaces, 'x', 'merge', { metadata: { annotations: { a: 'b' } } })
  await turn()
  assert.deepEqual(since(), [])
  await client.patch(pods, 'one', 'merge', { metadata: { labels: { app: 'b' } } }, scope)
  await client.patch(nodes, 'node-1', 'merge', { metadata: { labels: { disk: 'ssd' } } })
  await client.patch(namespaces, 'x', 'merge', { metadata: { labels: { team: 'u' } } })
  await turn()
  assert.deepEqual(since(), ['pod x/one 10.0.0.1', 'node node-1 serves', 'namespace x {"team":"u"}'])
  abort.abort()
})

test('a pod that has ended is told as gone, once, and one of its node’s own network never', async () => {
  const { client, abort, start } = await setup()
  const feed = start()
  await feed.synced
  const { listener, since } = listening()
  feed.subscribe(listener)
  since()
  await client.create(pods, pod('one'), scope)
  const host = pod('host') as { readonly spec: object }
  await client.create(pods, { ...host, spec: { ...host.spec, hostNetwork: true } } as never, scope)
  await turn()
  assert.deepEqual(since(), ['pod x/one 10.0.0.1'])
  const ended = { status: { phase: 'Succeeded' } }
  await client.patch(pods, 'one', 'merge', ended, { ...scope, subresource: 'status' } as never)
  await turn()
  assert.deepEqual([since(), feed.pod('x/one')], [['no pod x/one'], undefined])
  await client.delete(pods, 'one', { ...scope, gracePeriodSeconds: 0 })
  await turn()
  assert.deepEqual(since(), [])
  abort.abort()
})

test('a policy that changes is read anew, its faults with it, and a namespace that is gone has no labels', async () => {
  const { client, abort, start } = await setup()
  const feed = start()
  await feed.synced
  const { listener, since } = listening()
  feed.subscribe(listener)
  await client.create(namespaces, { ...(namespace as object), metadata: { name: 'x' } } as never)
  await client.create(networkPolicies, policy('one'), scope)
  await turn()
  since()
  const ingress = [{ from: [{ ipBlock: { cidr: '10.0.0.0/99' } }] }]
  await client.patch(networkPolicies, 'one', 'merge', { spec: { ingress } }, scope)
  await client.patch(namespaces, 'x', 'merge', { spec: { finalizers: [] } })
  await client.delete(namespaces, 'x')
  await turn()
  assert.deepEqual(since(), ['NetworkPolicy x/one with faults', 'namespace x gone'])
  abort.abort()
})

test('it is there where the server does not serve ClusterNetworkPolicies, without an error', async () => {
  const { client, abort, start } = await setup((verb, resource) =>
    verb === 'list' && resource.plural === 'clusternetworkpolicies'
      ? new ApiError({ code: 404, reason: 'NotFound', message: 'not served' } as never)
      : undefined,
  )
  await client.create(networkPolicies, policy('deny'), scope)
  const feed = start()
  await feed.synced
  assert.deepEqual(
    [...feed.policies()].map(({ name }) => name),
    ['x/deny'],
  )
  abort.abort()
})
