import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { makeNode, makeService, startCluster, type TestCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const ZONE = 'topology.kubernetes.io/zone'
const pod = (name: string, app = 'web'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app, tier: 'front' } },
  spec: { nodeName: 'node-1', containers: [{ name: 'm', image: 'x', ports: [{ name: 'http', containerPort: 8080 }] }] },
})
/** `name, name` of the pods in the slices of a Service, whatever slices there are. */
const shown = ({ client }: TestCluster, service = 'web'): string =>
  client
    .all(endpointSlices)
    .filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === service)
    .flatMap(({ endpoints = [] }) => endpoints.map(({ targetRef }) => targetRef?.name))
    .sort()
    .join(', ')

/** A Service `web` with the pods `a` and `b` behind it, of which its one slice tells. */
const served = async (lag?: () => number): Promise<TestCluster> => {
  const cluster = await startCluster({ only: ['endpointslice'], nodes: 1, ...(lag && { lag }) })
  await cluster.client.create(services, makeService('web'))
  for (const name of ['a', 'b']) await cluster.ready(await cluster.client.create(pods, pod(name)))
  await cluster.settle()
  assert.equal(shown(cluster), 'a, b')
  return cluster
}
const slice = ({ client }: TestCluster): EndpointSlice => client.all(endpointSlices)[0]!

test('a slice that somebody edits, relabels or deletes is put right: its Service goes on leading to its pods', async () => {
  const cluster = await served()
  const { client } = cluster
  await client.update(endpointSlices, { ...slice(cluster), endpoints: [] })
  await cluster.settle()
  assert.equal(shown(cluster), 'a, b', 'edited')
  const { metadata } = slice(cluster)
  const labels = { ...metadata?.labels, 'kubernetes.io/service-name': 'another' }
  await client.update(endpointSlices, { ...slice(cluster), metadata: { ...metadata, labels } })
  await cluster.settle()
  assert.equal(shown(cluster), 'a, b', 'relabelled away')
  for (const one of client.all(endpointSlices)) await client.delete(endpointSlices, one.metadata!.name!, scope)
  await cluster.settle()
  assert.equal(shown(cluster), 'a, b', 'deleted')
  assert.equal(client.all(endpointSlices).length, 1)
  cluster.stop()
})

test('endpoints follow what pods are: relabelled, unready, moved to another Service, ended, gone', async () => {
  const cluster = await served()
  const { client } = cluster
  await client.create(
    services,
    makeService('other', { clusterIP: '10.96.0.51', selector: { app: 'other', tier: 'front' } }),
  )
  await cluster.settle()
  await client.patch(pods, 'a', 'merge', { metadata: { labels: { app: 'other' } } }, scope)
  await cluster.settle()
  assert.deepEqual([shown(cluster), shown(cluster, 'other')], ['b', 'a'])
  await cluster.ready(await client.get(pods, 'b', scope), false)
  await cluster.settle()
  const conditions = () => slice(cluster).endpoints?.map(({ conditions: is }) => is?.ready)
  assert.deepEqual(conditions(), [false])
  await client.update(
    pods,
    { ...(await client.get(pods, 'b', scope)), status: { phase: 'Succeeded' } },
    { ...scope, subresource: 'status' },
  )
  await cluster.settle()
  assert.equal(shown(cluster), '', 'one that has ended is nobody’s endpoint')
  await client.delete(pods, 'a', { ...scope, gracePeriodSeconds: 0 })
  await cluster.settle()
  assert.equal(shown(cluster, 'other'), '')
  cluster.stop()
})

test('an endpoint is of the zone that its node is in, from when the node comes, and when the node is moved', async () => {
  const cluster = await startCluster({ only: ['endpointslice'] })
  const { client } = cluster
  const zones = () => slice(cluster).endpoints?.map(({ zone }) => zone)
  await client.create(services, makeService('web'))
  await cluster.ready(await client.create(pods, pod('a')))
  await cluster.settle()
  assert.deepEqual(zones(), [undefined])
  await client.create(nodes, makeNode('node-1', { metadata: { labels: { [ZONE]: 'z1' } } }))
  await cluster.settle()
  assert.deepEqual(zones(), ['z1'])
  await client.patch(nodes, 'node-1', 'merge', { metadata: { labels: { [ZONE]: 'z2' } } })
  await cluster.settle()
  assert.deepEqual(zones(), ['z2'])
  cluster.stop()
})

test('a slice that was deleted is not written into while the watch has not said so', async () => {
  const cluster = await served(() => 5)
  const { client } = cluster
  await client.patch(services, 'web', 'merge', { spec: { ports: [{ port: 81, targetPort: 9090 }] } }, scope)
  await cluster.settle()
  await client.patch(services, 'web', 'merge', { spec: { ports: [{ port: 80, targetPort: 8080 }] } }, scope)
  await cluster.settle()
  assert.equal(shown(cluster), 'a, b')
  assert.deepEqual(
    client.all(endpointSlices).map(({ ports }) => ports?.map(({ port }) => port)),
    [[8080]],
  )
  assert.deepEqual(cluster.logged, [])
  cluster.stop()
})
