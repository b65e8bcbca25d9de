import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { Resource } from '#api/resource.ts'
import type { FakeClient } from '#client/testing/fake-client.ts'
import { gateway, ingress, ingressClass, listener, service, shop, start, system } from './testing/gateway-cluster.ts'

type Loose = any
const programmed = ({ status }: Loose) => status.conditions.find(({ type }: Loose) => type === 'Programmed')
const toldOf = (client: FakeClient, reason: string): readonly string[] =>
  client
    .all(events)
    .filter((event) => event.reason === reason)
    .map(({ involvedObject }) => `${involvedObject?.kind} ${involvedObject?.name}`)
    .sort()

test('a Service of somebody else in the place of the Ingresses’ own is told, and when it goes theirs is made at once', async () => {
  const { client, settle, serving, stop } = await start()
  const theirs = { ...service('fairlead-gateway'), metadata: { name: 'fairlead-gateway', ...system } }
  await client.create(services, theirs, system)
  await client.create(ingressClasses, ingressClass('fairlead'))
  await client.create(services, service('web'), shop)
  await client.create(ingresses, ingress(), shop)
  await settle()
  assert.deepEqual(toldOf(client, 'ServiceBlocked'), ['Ingress web', 'IngressClass fairlead'])
  assert.deepEqual((await client.get(services, 'fairlead-gateway', system)).spec, theirs.spec)
  await client.delete(services, 'fairlead-gateway', system)
  await settle()
  assert.equal((await client.get(services, 'fairlead-gateway', system)).spec?.type, 'LoadBalancer')
  await serving()
  assert.equal(((await client.get(ingresses, 'web', shop)) as Loose).status.loadBalancer.ingress.length, 1)
  stop()
})

test('what the pods need and somebody else has the name of is named by the Gateway, which is well when it goes', async () => {
  for (const [resource, kind] of [
    [configMaps, 'ConfigMap'],
    [deployments, 'Deployment'],
  ] as unknown as readonly (readonly [Resource, string])[]) {
    const { client, settle, serving, gatewayNow, stop } = await start()
    const theirs: Loose = { kind, metadata: { name: 'fairlead-gateway', ...system }, spec: {} }
    await client.create(resource, theirs, system)
    await client.create(gateways, gateway('public'))
    await settle()
    // Somebody else's pods serve no Gateway.
    if (kind === 'Deployment') await serving()
    const { status, reason, message } = programmed(await gatewayNow())
    assert.deepEqual([status, reason], ['False', 'NoResources'])
    assert.ok(message.includes(`${kind} kube-system/fairlead-gateway; delete it`), message)
    assert.deepEqual(toldOf(client, 'DataPlaneBlocked'), ['Gateway public'])
    await client.delete(resource, 'fairlead-gateway', system)
    await settle()
    await serving()
    assert.equal(programmed(await gatewayNow()).status, 'True')
    stop()
  }
})

const asks = (...values: readonly string[]) => ({ addresses: values.map((value) => ({ type: 'IPAddress', value })) })

test('a Service that runs stays where the one that its Gateway asks for cannot be had, which the Gateway tells', async () => {
  const { client, settle, serving, gatewayNow, writes, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  await serving()
  const made = await client.get(services, 'gateway-shop-public', system)
  await client.update(services, { ...made, spec: { ...made.spec, ipFamilies: ['IPv4'] } } as Loose, system)
  await settle()
  writes.length = 0
  for (const [asked, why] of [
    ['fd00::7', /fd00::7 is outside of the pool/],
    ['10.9.9.9', /10\.9\.9\.9 is outside of the pool/],
  ] as const) {
    const now = await gatewayNow()
    await client.update(gateways, { ...now, spec: { ...now.spec, ...asks(asked) } }, shop)
    await settle()
    const { status, reason, message } = programmed(await gatewayNow())
    assert.deepEqual([status, reason], ['False', 'AddressNotUsable'])
    assert.match(message, why)
    assert.deepEqual(
      writes.filter((one) => one.includes('services')),
      [],
    )
    assert.deepEqual((await gatewayNow()).status.addresses, [{ type: 'IPAddress', value: '172.30.255.1' }])
  }
  const more = await gatewayNow()
  await client.update(gateways, { ...more, spec: { ...more.spec, listeners: [listener(80), listener(81)] } }, shop)
  await settle()
  const { spec } = await client.get(services, 'gateway-shop-public', system)
  assert.deepEqual(
    spec?.ports?.map(({ port }) => port),
    [80, 81],
    'all but the addresses is as it says',
  )
  const broken = await gatewayNow()
  await client.update(gateways, { ...broken, spec: { ...broken.spec, ...asks('172.30.255.9') } }, shop)
  await settle()
  await serving()
  assert.equal(programmed(await gatewayNow()).status, 'True')
  assert.deepEqual((await gatewayNow()).status.addresses, [{ type: 'IPAddress', value: '172.30.255.9' }])
  stop()
})

test('a Service that cannot be changed is made again where the other one can be had', async () => {
  const { client, settle, serving, gatewayNow, stop } = await start({
    loadBalancer: { cidrs: ['172.30.255.0/24', 'fd00::/120'] },
  })
  await client.create(gateways, gateway('public'))
  await settle()
  await serving()
  const made = await client.get(services, 'gateway-shop-public', system)
  await client.update(services, { ...made, spec: { ...made.spec, ipFamilies: ['IPv4'] } } as Loose, system)
  const now = await gatewayNow()
  await client.update(gateways, { ...now, spec: { ...now.spec, ...asks('fd00::7') } }, shop)
  await settle()
  assert.deepEqual((await gatewayNow()).status.addresses, [{ type: 'IPAddress', value: 'fd00::7' }])
  assert.notEqual((await client.get(services, 'gateway-shop-public', system)).metadata?.uid, made.metadata?.uid)
  stop()
})

test('a Gateway of connections alone is forwarded without pods, and they go with the last one that needs them', async () => {
  const { client, settle, gatewayNow, names, stop } = await start()
  const tcp = { name: 'tcp', port: 5432, protocol: 'TCP', allowedRoutes: { namespaces: { from: 'Same' } } }
  await client.create(gateways, gateway('db', { listeners: [tcp] }))
  await settle()
  assert.deepEqual(names(deployments), [])
  assert.equal(programmed(await gatewayNow('db')).status, 'True')
  await client.create(gateways, gateway('public'))
  await settle()
  assert.deepEqual(names(deployments), ['fairlead-gateway'])
  await client.delete(gateways, 'public', shop)
  await settle()
  assert.deepEqual(names(deployments), [])
  assert.equal(programmed(await gatewayNow('db')).status, 'True')
  stop()
})

test('a restart removes nothing of what Ingresses alone need', async () => {
  const { client, settle, restart, writes, stop } = await start()
  await client.create(ingressClasses, ingressClass('fairlead'))
  await client.create(services, service('web'), shop)
  await client.create(ingresses, ingress(), shop)
  await settle()
  writes.length = 0
  await restart()
  await settle()
  assert.deepEqual(writes, [])
  stop()
})
