import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { listenerSets } from '#api/gatewayapi/listenerset/resource.ts'
import { reportText } from '#routes/reports.ts'
import { gateway, listener, POD, shop, start, system } from './testing/gateway-cluster.ts'

type Loose = any
const programmed = ({ conditions }: Loose): readonly unknown[] => {
  const { status, reason, observedGeneration } = conditions.find(({ type }: Loose) => type === 'Programmed')
  return [status, reason, observedGeneration]
}
const started = async () => {
  const cluster = await start()
  await cluster.client.create(gateways, gateway('public'))
  await cluster.settle()
  return cluster
}

test('a Gateway is programmed when a pod that is ready says that it serves it, and no sooner', async () => {
  const { client, settle, ready, serving, gatewayNow, stop } = await started()
  assert.deepEqual(programmed((await gatewayNow()).status), ['False', 'Pending', 1])
  await serving()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 1])
  const setReady = async (isReady: boolean): Promise<void> => {
    await ready(await client.get(pods, POD, system), isReady)
    await settle()
  }
  await setReady(false)
  assert.deepEqual(programmed((await gatewayNow()).status), ['False', 'Pending', 1])
  await setReady(true)
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 1])
  await client.patch(configMaps, 'fairlead-gateway', 'merge', { data: { [POD]: null } }, system)
  await settle()
  assert.deepEqual(programmed((await gatewayNow()).status), ['False', 'Pending', 1])
  stop()
})

test('until a Gateway is served as it says now it stands that it is served as it said before', async () => {
  const { client, settle, serving, gatewayNow, stop } = await started()
  await serving()
  const now = await gatewayNow()
  await client.update(gateways, { ...now, spec: { ...now.spec, listeners: [listener(80), listener(8080)] } }, shop)
  await settle()
  const { status } = await gatewayNow()
  assert.deepEqual(programmed(status), ['True', 'Programmed', 1])
  assert.equal(status.conditions.find(({ type }: Loose) => type === 'Accepted').observedGeneration, 2)
  assert.deepEqual(status.listeners.map(programmed), [
    ['True', 'Programmed', 1],
    ['False', 'Pending', 2],
  ])
  await serving()
  const after = (await gatewayNow()).status
  assert.deepEqual(programmed(after), ['True', 'Programmed', 2])
  assert.deepEqual(after.listeners.map(programmed), [
    ['True', 'Programmed', 2],
    ['True', 'Programmed', 2],
  ])
  const [before, later] = [status, after].map(({ conditions }) =>
    conditions.find(({ type }: Loose) => type === 'Programmed'),
  )
  assert.equal(before.lastTransitionTime, later.lastTransitionTime)
  stop()
})

test('a new port is programmed when pods listen there and what comes for it is led to them, whichever is first', async () => {
  const only = ['gateway', 'load-balancer', 'garbage-collector'] as const
  const { client, settle, serving, gatewayNow, stop } = await start({ only })
  const slice = (port: number, ready = true): Loose => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `at-${port}`, ...system, labels: { 'kubernetes.io/service-name': 'gateway-shop-public' } },
    addressType: 'IPv4',
    ports: [{ name: port === 10_000 ? 'tcp-80' : 'tcp-8080', port, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.244.0.1'], conditions: { ready } }],
  })
  await client.create(gateways, gateway('public'))
  await client.create(endpointSlices, slice(10_000), system)
  await settle()
  await serving()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 1])
  const now = await gatewayNow()
  await client.update(gateways, { ...now, spec: { ...now.spec, listeners: [listener(80), listener(8080)] } }, shop)
  await settle()
  // A proxy has heard of the Gateway, and not yet of its Service's new port.
  const early = new Map([['Gateway shop/public', { generation: 2, ports: [80] }]])
  const data = { [POD]: reportText({ served: early, refused: new Map(), waiting: new Map() }) }
  await client.patch(configMaps, 'fairlead-gateway', 'merge', { data }, system)
  await settle()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 1])
  await serving()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 1])
  await client.create(endpointSlices, slice(10_001, false), system)
  await settle()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 1])
  await client.update(endpointSlices, slice(10_001), system)
  await settle()
  const { status } = await gatewayNow()
  assert.deepEqual([status, ...status.listeners].map(programmed), Array(3).fill(['True', 'Programmed', 2]))
  stop()
})

test('of several pods each must serve it; one that has said nothing yet takes nothing back', async () => {
  const { client, settle, serving, gatewayNow, stop } = await started()
  await serving()
  const now = await gatewayNow()
  await serving({}, 'fairlead-gateway-2')
  await client.update(gateways, { ...now, spec: { ...now.spec, listeners: [listener(80), listener(81)] } }, shop)
  await settle()
  await serving()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 1])
  await serving({}, 'fairlead-gateway-2')
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 2])
  const conditions = [{ type: 'Ready', status: 'True' }]
  const third: Loose = { metadata: { name: 'fairlead-gateway-3', ...system }, status: { conditions } }
  await client.create(pods, third, system)
  await settle()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 2])
  const again = await gatewayNow()
  await client.update(gateways, { ...again, spec: { ...again.spec, listeners: [listener(80)] } }, shop)
  await settle()
  await serving()
  assert.deepEqual(programmed((await gatewayNow()).status), ['True', 'Programmed', 2])
  const leaving = { name: 'fairlead-gateway-2', ...system, finalizers: ['example.com/held'] }
  const old = await client.get(pods, 'fairlead-gateway-2', system)
  await client.update(pods, { ...old, metadata: { ...old.metadata, ...leaving } }, system)
  await client.delete(pods, 'fairlead-gateway-2', system)
  await settle()
  assert.deepEqual(
    programmed((await gatewayNow()).status),
    ['True', 'Programmed', 3],
    'who leaves hears of nothing new',
  )
  stop()
})

test('listeners of a ListenerSet are served at its Gateway’s addresses, and it is told by its own generation', async () => {
  const { client, settle, serving, stop } = await start()
  const open = { namespaces: { from: 'Same' } }
  await client.create(gateways, gateway('public', { allowedListeners: open }))
  const set: Loose = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ListenerSet',
    metadata: { name: 'more', ...shop },
    spec: { parentRef: { name: 'public' }, listeners: [{ ...listener(8080), name: 'more' }] },
  }
  await client.create(listenerSets, set, shop)
  await settle()
  const setNow = async (): Promise<Loose> => client.get(listenerSets, 'more', shop)
  assert.deepEqual(programmed((await setNow()).status), ['False', 'Pending', 1])
  await serving()
  assert.deepEqual(programmed((await setNow()).status), ['True', 'Programmed', 1])
  const now = await setNow()
  const listeners = [...now.spec.listeners, { ...listener(8081), name: 'second' }]
  await client.update(listenerSets, { ...now, spec: { ...now.spec, listeners } }, shop)
  await settle()
  assert.deepEqual(programmed((await setNow()).status), ['True', 'Programmed', 1])
  await serving()
  assert.deepEqual(programmed((await setNow()).status), ['True', 'Programmed', 2])
  const service = client.all(services).find(({ metadata }) => metadata?.name === 'gateway-shop-public')
  assert.deepEqual(
    service?.spec?.ports?.map(({ port }) => port),
    [80, 8080, 8081],
  )
  stop()
})
