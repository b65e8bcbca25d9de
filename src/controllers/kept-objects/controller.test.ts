import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoints } from '#api/core/endpoints/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import { startCluster } from '../testing/cluster.ts'

const scope = { namespace: 'default' }
const metadata = { name: 'kubernetes', namespace: 'default' }
const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['172.30.0.1'] }],
  ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
} as const satisfies EndpointSlice
const kept = [
  { resource: namespaces, object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } } },
  {
    resource: services,
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { clusterIP: '10.96.0.1', ports: [{ port: 443, targetPort: 6443 }] },
    },
  },
  {
    resource: endpoints,
    object: {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: '172.30.0.1' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
    },
  },
  { resource: endpointSlices, object: slice },
] as readonly ResourceObject[]

test('what the cluster stands on is made where it is missing, and again when it is deleted', async () => {
  const cluster = await startCluster({ kept })
  await cluster.settle()
  for (let round = 0; round < 2; round++) {
    assert.equal((await cluster.client.get(services, 'kubernetes', scope)).spec?.clusterIP, '10.96.0.1')
    assert.equal((await cluster.client.get(endpoints, 'kubernetes', scope)).subsets?.length, 1)
    assert.deepEqual((await cluster.client.get(endpointSlices, 'kubernetes', scope)).endpoints, slice.endpoints)
    // Endpoints go with their Service; whoever comes second finds nothing.
    for (const resource of [services, endpoints, endpointSlices])
      await cluster.client.delete(resource as never, 'kubernetes', scope).catch(() => undefined)
    await cluster.settle()
  }
  assert.deepEqual(cluster.logged, [])
  cluster.stop()
})

test('the whole namespace deleted, it comes back with all that is kept in it', async () => {
  const cluster = await startCluster({ kept })
  await cluster.settle()
  const before = cluster.client.all(namespaces)[0]?.metadata?.uid
  await cluster.client.delete(namespaces, 'default')
  await cluster.converge()
  const after = cluster.client.all(namespaces)[0]
  assert.notEqual(after?.metadata?.uid, before)
  assert.equal(after?.metadata?.deletionTimestamp, undefined)
  assert.equal((await cluster.client.get(services, 'kubernetes', scope)).spec?.clusterIP, '10.96.0.1')
  assert.equal((await cluster.client.get(endpointSlices, 'kubernetes', scope)).endpoints?.length, 1)
  cluster.stop()
})

test('forged endpoints of the API are put right, and labels of others stay', async () => {
  const cluster = await startCluster({ kept })
  await cluster.settle()
  const forged = [{ addresses: ['10.244.1.66'] }]
  await cluster.client.patch(endpointSlices, 'kubernetes', 'merge', { endpoints: forged }, scope)
  await cluster.client.patch(
    endpointSlices,
    'kubernetes',
    'merge',
    { metadata: { labels: { 'kubernetes.io/service-name': null, team: 'a' } } },
    scope,
  )
  await cluster.client.patch(endpoints, 'kubernetes', 'merge', { subsets: null }, scope)
  await cluster.settle()
  const now = await cluster.client.get(endpointSlices, 'kubernetes', scope)
  assert.deepEqual(now.endpoints, slice.endpoints)
  assert.deepEqual(now.metadata?.labels, { ...slice.metadata.labels, team: 'a' })
  assert.equal(
    (await cluster.client.get(endpoints, 'kubernetes', scope)).subsets?.[0]?.addresses?.[0]?.ip,
    '172.30.0.1',
  )
  cluster.stop()
})

test('an endpoint on a node that is not well takes nothing until the node is well again, or known no more', async () => {
  const on = (nodeName: string, ready: boolean) => ({
    addresses: ['172.30.0.1'],
    conditions: { ready, serving: ready, terminating: false },
    nodeName,
  })
  const elsewhere = { addresses: ['172.30.0.9'] }
  const endpointsOf = (...ready: readonly boolean[]) => [
    on('node-1', ready[0]!),
    on('node-2', ready[1]!),
    on('unheard-of', true),
    elsewhere,
  ]
  const sliceOf = (...ready: readonly boolean[]): EndpointSlice => ({ ...slice, endpoints: endpointsOf(...ready) })
  const cluster = await startCluster({
    kept: [kept[0]!, { resource: endpointSlices, object: sliceOf(true, true) }],
    only: ['kept-objects'],
    nodes: 2,
  })
  const say = async (status: string, node: string): Promise<void> => {
    await cluster.client.patch(
      nodes,
      node,
      'merge',
      { status: { conditions: [{ type: 'Ready', status }] } },
      {
        subresource: 'status',
      },
    )
    await cluster.settle()
  }
  const now = async () => (await cluster.client.get(endpointSlices, 'kubernetes', scope)).endpoints
  await cluster.settle()
  assert.deepEqual(await now(), endpointsOf(true, true))
  await say('False', 'node-1')
  assert.deepEqual(await now(), endpointsOf(false, true))
  await say('Unknown', 'node-2')
  assert.deepEqual(await now(), endpointsOf(false, false))
  await say('True', 'node-1')
  assert.deepEqual(await now(), endpointsOf(true, false))
  await cluster.client.delete(nodes, 'node-2')
  await cluster.settle()
  assert.deepEqual(await now(), endpointsOf(true, true))
  assert.deepEqual(cluster.logged, [])
  cluster.stop()
})

test('a slice made by another with another type of address is replaced, as the type cannot change', async () => {
  const cluster = await startCluster({ kept, only: ['kept-objects'] })
  await cluster.settle()
  await cluster.client.update(endpointSlices, {
    ...slice,
    addressType: 'IPv6',
    endpoints: [{ addresses: ['fd00::1'] }],
  })
  await cluster.settle()
  assert.equal((await cluster.client.get(endpointSlices, 'kubernetes', scope)).addressType, 'IPv4')
  cluster.stop()
})

test('a Service is put right where its packets would no longer arrive: ports, a selector, a name instead of an address', async () => {
  const cluster = await startCluster({ kept })
  await cluster.settle()
  const asMade = await cluster.client.get(services, 'kubernetes', scope)
  for (const spec of [
    { ports: [{ name: 'web', port: 80 }] },
    { ports: [{ port: 443, targetPort: 1 }] },
    { selector: { app: 'mine' } },
    { type: 'ExternalName', externalName: 'lab.example', clusterIP: null, clusterIPs: null, ports: null },
  ]) {
    await cluster.client.patch(services, 'kubernetes', 'merge', { spec }, scope)
    await cluster.settle()
    const { spec: now } = await cluster.client.get(services, 'kubernetes', scope)
    assert.deepEqual(now, asMade.spec, JSON.stringify(spec))
  }
  assert.deepEqual(cluster.logged, [])
  cluster.stop()
})

test('a Service made by another at another address is replaced, as its address cannot change', async () => {
  const cluster = await startCluster({ kept, only: ['kept-objects'] })
  await cluster.settle()
  await cluster.client.patch(services, 'kubernetes', 'merge', { spec: { clusterIP: '10.96.0.66' } }, scope)
  await cluster.settle()
  assert.equal((await cluster.client.get(services, 'kubernetes', scope)).spec?.clusterIP, '10.96.0.1')
  cluster.stop()
})

test('a change of the Service itself stays, as Kubernetes leaves it', async () => {
  const cluster = await startCluster({ kept })
  await cluster.settle()
  const ports = [{ port: 443, targetPort: 6443, nodePort: 30_443 }]
  const patch = { metadata: { labels: { team: 'a' } }, spec: { type: 'NodePort', ports } }
  await cluster.client.patch(services, 'kubernetes', 'merge', patch, scope)
  await cluster.settle()
  const service = await cluster.client.get(services, 'kubernetes', scope)
  assert.equal(service.spec?.type, 'NodePort')
  assert.deepEqual(service.spec?.ports, ports)
  assert.equal(service.metadata?.labels?.team, 'a')
  cluster.stop()
})

test('what is to be kept may be otherwise later: it is looked at anew when nodes come and go', async () => {
  let addresses = ['172.30.0.2']
  const changing: ResourceObject = {
    resource: endpointSlices,
    get object() {
      return { ...slice, endpoints: addresses.map((address) => ({ addresses: [address] })) }
    },
  }
  const cluster = await startCluster({ kept: [kept[0]!, changing], only: ['kept-objects'], nodes: 1 })
  const now = async () =>
    (await cluster.client.get(endpointSlices, 'kubernetes', scope)).endpoints?.flatMap((one) => one.addresses)
  await cluster.settle()
  assert.deepEqual(await now(), ['172.30.0.2'])
  addresses = ['172.30.0.2', '172.30.0.3']
  const [first] = cluster.client.all(nodes)
  await cluster.client.create(nodes, { ...first!, metadata: { name: 'node-2' } })
  await cluster.settle()
  assert.deepEqual(await now(), ['172.30.0.2', '172.30.0.3'])
  addresses = ['172.30.0.2']
  await cluster.client.delete(nodes, 'node-2')
  await cluster.settle()
  assert.deepEqual(await now(), ['172.30.0.2'])
  cluster.stop()
})
