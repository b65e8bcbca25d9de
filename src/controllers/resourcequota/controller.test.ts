import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { resourceQuotas } from '#api/core/resourcequota/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { startCluster, type TestCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }

const quota = (hard: { readonly [name: string]: string }, spec: object = {}) => ({
  ...({ apiVersion: 'v1', kind: 'ResourceQuota' } as const),
  metadata: { name: 'q', namespace: 'default' },
  spec: { hard, ...spec },
})
const map = (name: string) => ({
  ...({ apiVersion: 'v1', kind: 'ConfigMap' } as const),
  metadata: { name, namespace: 'default' },
})
const pod = (name: string, cpu: string, more: object = {}) => ({
  ...({ apiVersion: 'v1', kind: 'Pod' } as const),
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...more },
})
const statusOf = async ({ client, settle }: TestCluster) => {
  await settle()
  return (await client.get(resourceQuotas, 'q', scope)).status
}

test('a new quota tells what is given and used, of all that counts, its own number included', async () => {
  const cluster = await startCluster({ only: ['resourcequota'] })
  await cluster.client.create(configMaps, map('a'))
  await cluster.client.create(pods, pod('p', '250m'))
  await cluster.client.create(configMaps, { ...map('a'), metadata: { name: 'a', namespace: 'elsewhere' } })
  const hard = {
    ...{ configmaps: '5', 'count/configmaps': '5', resourcequotas: '1', 'requests.cpu': '1', pods: '5' },
    ...{ services: '2', 'limits.memory': '1Gi', 'count/deployments.apps': '3', 'count/nothings.example.com': '1' },
  }
  await cluster.client.create(resourceQuotas, quota(hard))
  assert.deepEqual(await statusOf(cluster), {
    hard,
    used: {
      ...{ configmaps: '1', 'count/configmaps': '1', resourcequotas: '1', 'requests.cpu': '250m', pods: '1' },
      ...{ services: '0', 'limits.memory': '0', 'count/deployments.apps': '0' },
    },
  })
  cluster.stop()
})

test('what goes, ends or becomes less is given back, and what is limited anew is counted', async () => {
  const cluster = await startCluster({ only: ['resourcequota'] })
  const { client } = cluster
  await client.create(resourceQuotas, quota({ configmaps: '5', pods: '5', 'services.nodeports': '2' }))
  await client.create(configMaps, map('a'))
  await client.create(pods, pod('p', '1'))
  await client.create(services, {
    ...({ apiVersion: 'v1', kind: 'Service' } as const),
    metadata: { name: 's', namespace: 'default' },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  })
  assert.deepEqual((await statusOf(cluster))?.used, { configmaps: '1', pods: '1', 'services.nodeports': '1' })
  await client.delete(configMaps, 'a', scope)
  const running = await client.get(pods, 'p', scope)
  await client.update(pods, { ...running, status: { phase: 'Succeeded' } }, { subresource: 'status' })
  const service = await client.get(services, 's', scope)
  await client.update(services, { ...service, spec: { ...service.spec, type: 'ClusterIP' } })
  assert.deepEqual((await statusOf(cluster))?.used, { configmaps: '0', pods: '0', 'services.nodeports': '0' })
  const before = await client.get(resourceQuotas, 'q', scope)
  await client.update(resourceQuotas, { ...before, spec: { hard: { services: '3' } } })
  assert.deepEqual(await statusOf(cluster), { hard: { services: '3' }, used: { services: '1' } })
  cluster.stop()
})

test('a quota with scopes counts what is in all of them, also of what comes into one later', async () => {
  const cluster = await startCluster({ only: ['resourcequota'] })
  const { client } = cluster
  await client.create(resourceQuotas, quota({ pods: '5' }, { scopes: ['Terminating', 'NotBestEffort'] }))
  await client.create(pods, pod('a', '1', { activeDeadlineSeconds: 60 }))
  await client.create(pods, pod('b', '1'))
  assert.deepEqual((await statusOf(cluster))?.used, { pods: '1' })
  const b = await client.get(pods, 'b', scope)
  await client.update(pods, { ...b, spec: { ...b.spec!, activeDeadlineSeconds: 5 } })
  assert.deepEqual((await statusOf(cluster))?.used, { pods: '2' })
  cluster.stop()
})

test('what somebody takes while it is counted is not forgotten: it is counted again', async () => {
  const cluster = await startCluster({ only: ['resourcequota'] })
  const { client } = cluster
  /** As admission does it: together with what it is for. */
  const take = async (name: string, configmaps: string) => {
    await client.create(configMaps, map(name))
    const current = await client.get(resourceQuotas, 'q', scope)
    const status = { ...current.status, used: { configmaps } }
    await client.update(resourceQuotas, { ...current, status }, { subresource: 'status' })
  }
  await client.create(resourceQuotas, quota({ configmaps: '5' }))
  await cluster.settle()
  await take('a', '1')
  const list = client.list.bind(client)
  let isRaced = false
  client.list = (async (resource: never, options: never) => {
    const page = await list(resource, options)
    if (!isRaced) {
      isRaced = true
      await take('b', '2')
    }
    return page
  }) as typeof client.list
  await client.delete(configMaps, 'a', scope)
  await cluster.settle()
  assert.ok(isRaced)
  cluster.clock.advance(1000)
  assert.deepEqual((await statusOf(cluster))?.used, { configmaps: '1' })
  cluster.stop()
})

test('a pod that does not end in its time counts no more, when the quota is looked at again', async () => {
  const cluster = await startCluster({ only: ['resourcequota'] })
  const { client } = cluster
  await client.create(resourceQuotas, quota({ pods: '5' }))
  const held = pod('p', '1')
  await client.create(pods, { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } })
  await client.delete(pods, 'p', { ...scope, gracePeriodSeconds: 30 })
  assert.deepEqual((await statusOf(cluster))?.used, { pods: '1' })
  cluster.clock.advance(300_000)
  assert.deepEqual((await statusOf(cluster))?.used, { pods: '0' })
  cluster.stop()
})
