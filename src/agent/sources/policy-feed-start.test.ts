import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { Informer } from '#client/informer.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { PolicyFeed, type PolicyListener } from './policy-feed.ts'

const cache = <T extends ApiObject>(resource: Resource<T>) =>
  new Informer<T>(resource, {
    clock: new HandClock(),
    random: () => 0,
    signal: new AbortController().signal,
    onError: assert.fail,
  })
const caches = () => ({
  pods: cache(pods),
  nodes: cache(nodes),
  namespaces: cache(namespaces),
  policies: cache(networkPolicies),
  clusterPolicies: cache(clusterNetworkPolicies),
})
const pod = (name: string, version = '1', labels = {}): any => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', name, uid: name, resourceVersion: version, labels },
  spec: { nodeName: 'here', containers: [] },
  status: { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }] },
})
const policy: any = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: 'shop', name: 'deny', uid: 'deny', resourceVersion: '1' },
  spec: { podSelector: {} },
}
const space: any = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', uid: 'shop', resourceVersion: '1' },
}

/** Notes what it is told, each line with whether it came with others. */
const noting = () => {
  const told: string[] = []
  let where = 'alone'
  const listener: PolicyListener = {
    together(changes) {
      where = 'together'
      changes()
      where = 'alone'
    },
    setPod: ({ name, labels }) => told.push(`${where}: pod ${name} ${JSON.stringify(labels)}`),
    removePod: (namespace, name) => told.push(`${where}: no pod ${namespace}/${name}`),
    setNode: ({ name }) => told.push(`${where}: node ${name}`),
    removeNode: (name) => told.push(`${where}: no node ${name}`),
    setNamespace: (name, labels) => told.push(`${where}: namespace ${name} ${JSON.stringify(labels)}`),
    setPolicy: ({ name }) => told.push(`${where}: policy ${name}`),
    removePolicy: ({ name }) => told.push(`${where}: no policy ${name}`),
  }
  return { told, listener }
}

test('nothing is told before all has been read, then all of it together, and afterwards each change by itself', async () => {
  const all = caches()
  const feed = new PolicyFeed(all)
  const { told, listener } = noting()
  const end = feed.subscribe(listener)
  all.pods.replace([pod('a')], '1')
  all.pods.replace([pod('a', '2', { tier: 'web' })], '2')
  all.policies.replace([policy], '1')
  all.nodes.replace([], '1')
  all.clusterPolicies.replace([], '1')
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(told, [])
  all.namespaces.replace([space], '1')
  await feed.synced
  assert.deepEqual(told, [
    'together: namespace shop {}',
    'together: policy shop/deny',
    'together: pod a {"tier":"web"}',
  ])
  told.length = 0
  all.pods.apply({ type: 'ADDED', object: pod('b', '3') })
  all.policies.apply({ type: 'DELETED', object: policy })
  assert.deepEqual(told, ['alone: pod b {}', 'alone: no policy shop/deny'])
  end()
  all.pods.apply({ type: 'DELETED', object: pod('b', '4') })
  assert.equal(told.length, 2, 'who has ended it is told no more')
})

test('who comes when all has been read is told at once, and who has gone before is told nothing', async () => {
  const all = caches()
  const feed = new PolicyFeed(all)
  const early = noting()
  feed.subscribe(early.listener)()
  for (const one of Object.values(all)) (one as Informer<ApiObject>).replace([], '1')
  all.pods.apply({ type: 'ADDED', object: pod('a', '2') })
  await feed.synced
  const late = noting()
  feed.subscribe(late.listener)
  assert.deepEqual(late.told, ['together: pod a {}'])
  assert.deepEqual(early.told, [])
})

test('whatever kind is read last, nothing is told before', async () => {
  for (const last of Object.keys(caches()) as (keyof ReturnType<typeof caches>)[]) {
    const all = caches()
    const feed = new PolicyFeed(all)
    const { told, listener } = noting()
    feed.subscribe(listener)
    for (const [kind, one] of Object.entries(all)) if (kind !== last) (one as Informer<ApiObject>).replace([], '1')
    await new Promise((resolve) => setImmediate(resolve))
    all.pods.apply({ type: 'ADDED', object: pod('a', '2') })
    assert.deepEqual(told, [], last)
    ;(all[last] as Informer<ApiObject>).replace(last === 'pods' ? [pod('a', '2')] : [], '1')
    await feed.synced
    assert.deepEqual(told, ['together: pod a {}'], last)
  }
})

test('who comes later is told nothing of what is gone by then', async () => {
  const all = caches()
  const feed = new PolicyFeed(all)
  const node: any = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'here', uid: 'here', resourceVersion: '1' } }
  all.pods.replace([pod('a')], '1')
  all.nodes.replace([node], '1')
  all.namespaces.replace([space], '1')
  all.policies.replace([policy], '1')
  all.clusterPolicies.replace([], '1')
  await feed.synced
  all.pods.apply({ type: 'DELETED', object: pod('a') })
  all.nodes.apply({ type: 'DELETED', object: node })
  all.namespaces.apply({ type: 'DELETED', object: space })
  all.policies.apply({ type: 'DELETED', object: policy })
  const { told, listener } = noting()
  feed.subscribe(listener)
  assert.deepEqual(told, [])
})
