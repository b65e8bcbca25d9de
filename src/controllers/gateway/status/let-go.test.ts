import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { waiting } from '#api/gatewayapi/shared/limits.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import {
  gateway,
  gatewayClass,
  httpRoute,
  ingress,
  ingressClass,
  POD,
  shop,
  start,
  system,
} from '../testing/gateway-cluster.ts'

type Loose = any
const theirs = {
  type: 'Paused',
  status: 'True',
  reason: 'Paused',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}
const asStatus = { ...shop, subresource: 'status' } as const

test('a Gateway that goes to another class keeps nothing of what was said of it but what others said', async () => {
  const { client, settle, serving, gatewayNow, stop } = await start({ fake: { hasOwners: true } })
  await client.create(gateways, gateway('public'))
  await client.create(httpRoutes, httpRoute('cart', 'public'), shop)
  await settle()
  await serving()
  const served = await gatewayNow()
  assert.equal(served.status.conditions.length, 3)
  const conditions = [...served.status.conditions, theirs]
  await client.update(gateways, { ...served, status: { ...served.status, conditions } }, asStatus)
  await settle()
  const now = await gatewayNow()
  await client.update(gateways, { ...now, spec: { ...now.spec, gatewayClassName: 'other' } }, shop)
  await settle()
  assert.deepEqual((await gatewayNow()).status, { conditions: [theirs] })
  assert.deepEqual(((await client.get(httpRoutes, 'cart', shop)) as Loose).status.parents, [])
  stop()
})

test('what nobody could tell of a Gateway goes with it, and what its definition says of it stays', async () => {
  const { client, settle, serving, conditionsOf, gatewayNow, writes, stop } = await start({ fake: { hasOwners: true } })
  await client.create(gateways, gateway('public'))
  await settle()
  await serving()
  const full = '{"served":{"Gateway shop/zoo":[1,80]},"untold":1}'
  await client.patch(configMaps, 'fairlead-gateway', 'merge', { data: { [POD]: full } }, system)
  await settle()
  const now = await gatewayNow()
  assert.equal(conditionsOf(now).Programmed, 'Unknown Pending')
  await client.update(gateways, { ...now, spec: { ...now.spec, gatewayClassName: 'other' } }, shop)
  await settle()
  const left = await gatewayNow()
  assert.deepEqual(left.status, {})
  const conditions = waiting('Accepted', 'Programmed')
  await client.update(gateways, { ...left, status: { conditions } }, { ...asStatus, fieldManager: FIELD_MANAGER })
  writes.length = 0
  await settle()
  assert.deepEqual((await gatewayNow()).status, { conditions })
  assert.deepEqual(writes, [])
  stop()
})

test('what was written before a restart goes too, of what is not ours any more', async () => {
  const { client, settle, gatewayNow, stop } = await start({ fake: { hasOwners: true } })
  await client.create(gatewayClasses, gatewayClass('other', 'example.com/other'))
  await client.create(ingressClasses, ingressClass('fairlead'))
  await client.create(ingressClasses, ingressClass('other', { controller: 'example.com/other' }))
  const left = await client.create(gateways, gateway('left', { gatewayClassName: 'other' }), shop)
  const taken = await client.create(gateways, gateway('taken', { gatewayClassName: 'other' }), shop)
  const web = await client.create(ingresses, ingress({ ingressClassName: 'other' }), shop)
  await settle()
  const accepted = { ...theirs, type: 'Accepted', reason: 'Accepted' }
  const status = { conditions: [accepted], addresses: [{ type: 'IPAddress', value: '10.0.0.1' }] }
  const ours = { ...asStatus, fieldManager: FIELD_MANAGER }
  const loadBalancer = { ingress: [{ ip: '10.0.0.1' }] }
  await client.update(gateways, { ...left, status } as Loose, ours)
  await client.update(gateways, { ...taken, status } as Loose, { ...asStatus, fieldManager: 'example-controller' })
  await client.update(ingresses, { ...web, status: { loadBalancer } } as Loose, ours)
  await settle()
  assert.deepEqual((await gatewayNow('left')).status, {})
  assert.deepEqual((await gatewayNow('taken')).status, status, 'others’ words are theirs')
  assert.deepEqual(((await client.get(ingresses, 'web', shop)) as Loose).status, {})
  stop()
})

test('a restart takes nothing away of what is ours still', async () => {
  const { client, settle, serving, gatewayNow, restart, writes, stop } = await start({ fake: { hasOwners: true } })
  await client.create(gateways, gateway('public'))
  await settle()
  await serving()
  const before = await gatewayNow()
  writes.length = 0
  await restart()
  await settle()
  assert.deepEqual(await gatewayNow(), before)
  assert.deepEqual(writes, [])
  stop()
})

test('a class of ours keeps what is said of it over a restart while nobody uses it', async () => {
  const { client, clock, settle, restart, writes, stop } = await start({ fake: { hasOwners: true } })
  await settle()
  clock.advance(5000)
  await settle()
  writes.length = 0
  await restart()
  await settle()
  clock.advance(5000)
  await settle()
  assert.deepEqual(writes, [])
  assert.equal(((await client.get(gatewayClasses, 'fairlead')) as Loose).status.conditions.length, 2)
  stop()
})
