import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { ask, facts, pod, service, slice } from '../testing/cluster.ts'

const workload = (kind: string, name: string, spec: object = {}, namespace = 'default') =>
  ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, ...spec },
  }) as unknown as Deployment & ReplicaSet
const owned = (one: Pod, kind: string, name: string): Pod => ({
  ...one,
  metadata: { ...one.metadata, ownerReferences: [{ kind, name, controller: true }] as never },
})
const shop = { namespace: 'shop' }
const given = (more: Partial<ClusterFacts> = {}): ClusterFacts =>
  facts({
    pods: [
      pod('front-2', 2, 22, { labels: { app: 'front' } }),
      pod('front-1', 1, 21, { labels: { app: 'front' }, ready: false }),
      pod('front-0', 1, 20, { labels: { app: 'front' }, leaving: true }),
      pod('front-9', 1, 29, { labels: { app: 'front' }, status: { phase: 'Failed' } }),
      pod('cart-1', 1, 31, { ...shop, labels: { app: 'cart' } }),
      owned(pod('db-0', 1, 41, { labels: { app: 'db' } }), 'StatefulSet', 'db'),
      owned(pod('api-6c9-x', 1, 51, { labels: { 'pod-template-hash': '6c9' } }), 'ReplicaSet', 'api-6c9'),
      pod('pending-1', 1, 61, { labels: { app: 'pending' }, status: { phase: 'Pending', podIPs: [] } }),
    ],
    deployments: [
      workload('Deployment', 'front'),
      workload('Deployment', 'idle', { replicas: 0 }),
      workload('Deployment', 'stuck'),
      workload('Deployment', 'pending'),
      workload('Deployment', 'cart', {}, 'shop'),
    ],
    replicaSets: [workload('ReplicaSet', 'front')],
    services: [
      ...facts().services,
      service('front', '10.96.0.7'),
      service('lonely', '10.96.0.8'),
      service('manual', '10.96.0.9', { selector: {} }),
    ],
    slices: [
      ...facts().slices,
      slice('manual', [{ addresses: ['10.244.1.41'], targetRef: { kind: 'Pod', name: 'db-0' }, conditions: {} }]),
    ],
    ...more,
  })

/** The sender's address, and the step that says which pod it is. */
const sender = (from: string, namespace?: string, more: Partial<ClusterFacts> = {}): readonly string[] => {
  const { source, steps } = ask(from, 'svc/default/web', namespace === undefined ? {} : { namespace }, given(more))
  return [source.address, `${steps[0]?.at}: ${steps[0]?.text}`]
}

test('a Deployment, a ReplicaSet or a Service as the source is one of its pods, the fittest, and the walk says which', () => {
  const words = (of: string): string =>
    `${of}: default/front-2 sends, one of the 3 pods ${of.startsWith('Service') ? 'behind' : 'of'} it; --from pod/… names another`
  for (const from of ['deploy/front', 'deployment/front', 'deployments/default/front'])
    assert.deepEqual(sender(from), ['10.244.2.22', words('Deployment default/front')], from)
  assert.deepEqual(sender('rs/front'), ['10.244.2.22', words('ReplicaSet default/front')])
  assert.deepEqual(sender('svc/front'), ['10.244.2.22', words('Service default/front')])
  assert.deepEqual(sender('svc/manual'), [
    '10.244.1.41',
    'Service default/manual: the only pod behind it, default/db-0, sends',
  ])
})

test('of its pods the first by name sends, of those that are ready before those that go or have no address', () => {
  const front = (name: string, host: number, more: object = {}) =>
    pod(name, 1, host, { labels: { app: 'front' }, ...more })
  const first = (...pods: readonly Pod[]) => sender('deploy/front', undefined, { pods })[0]
  const [bare, going] = [{ status: { podIPs: [] } }, { leaving: true }]
  assert.equal(first(front('b', 2), front('a', 1)), '10.244.1.1')
  assert.equal(first(front('a', 1, { ready: false }), front('b', 2)), '10.244.1.2')
  assert.equal(first(front('a', 1, going), front('b', 2, { ready: false })), '10.244.1.2')
  assert.equal(first(front('a', 1, bare), front('b', 2, { ...going, ready: false })), '10.244.1.2')
})

test('a pod that the selector of a Service matches stands before those that its endpoints name', () => {
  const pods = [pod('front-1', 1, 21, { labels: { app: 'front' } }), pod('db-0', 1, 41, { labels: { app: 'db' } })]
  const slices = [slice('front', [{ addresses: ['10.244.1.41'], targetRef: { kind: 'Pod', name: 'db-0' } }])]
  assert.deepEqual(sender('svc/front', undefined, { pods, slices }), [
    '10.244.1.21',
    'Service default/front: the only pod behind it, default/front-1, sends',
  ])
})

test('its namespace is given in the source, by the flag, or is default', () => {
  const cart = ['10.244.1.31', 'Deployment shop/cart: the only pod of it, shop/cart-1, sends']
  assert.deepEqual(sender('deploy/shop/cart'), cart)
  assert.deepEqual(sender('deploy/cart', 'shop'), cart)
})

test('a workload that is not among the facts is known by what it owns', () => {
  assert.deepEqual(sender('sts/db'), ['10.244.1.41', 'StatefulSet default/db: the only pod of it, default/db-0, sends'])
  const unseen = { deployments: [], replicaSets: [] }
  assert.deepEqual(sender('deploy/api', undefined, unseen)[0], '10.244.1.51')
  assert.deepEqual(sender('rs/api-6c9', undefined, unseen)[0], '10.244.1.51')
})

test('one without a pod that could send is an error with the way out', () => {
  for (const [from, message, hint] of [
    [
      'deploy/idle',
      'Deployment default/idle has no pod that could send: it is scaled to 0',
      'kubectl scale deploy/idle -n default --replicas=1',
    ],
    ['deploy/stuck', 'Deployment default/stuck has no pod that could send', 'kubectl describe deploy/stuck -n default'],
    ['deploy/pending', /^pod default\/pending-1 has no address yet/, 'kubectl describe pod pending-1 -n default'],
    ['deploy/cart', 'there is no Deployment cart in namespace default', 'there is deploy/shop/cart'],
    ['deploy/fornt', 'there is no Deployment fornt in namespace default', 'the nearest: deploy/front'],
    [
      'svc/lonely',
      'a Service sends nothing by itself, and no pod is behind default/lonely',
      /^--to svc\/lonely says why/,
    ],
    [
      'svc/nowhere-at-all',
      'there is no Service nowhere-at-all in namespace default',
      'kubectl get services -n default',
    ],
    ['ds/agent', 'no pod belongs to a DaemonSet agent in namespace default', /^kubectl get pods -n default/],
    ['deploy/', '--from deploy/ is no source', /^write pod/],
  ] as const)
    assert.throws(() => sender(from), { message, hint }, from)
})
