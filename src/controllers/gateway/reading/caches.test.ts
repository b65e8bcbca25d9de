import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalogue } from '#api/catalogue/catalogue.ts'
import { kind } from '#api/catalogue/kind.ts'
import { services } from '#api/core/service/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { builtInKinds } from '#api/kinds.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { Resource } from '#api/resource.ts'
import { gateway, httpRoute, ingress, ingressClass, service, shop, start } from '../testing/gateway-cluster.ts'

type Loose = any
const kinds = [gatewayClasses, gateways] as unknown as readonly Resource[]
const catalogueOf = () => new Catalogue([...builtInKinds, ...kinds.map((resource) => kind({ resource }))])

test('a definition that goes before its first list has come holds up nothing', async () => {
  const catalogue = catalogueOf()
  const fault = (verb: string, { plural }: Resource) => {
    if (verb !== 'list' || plural !== 'gateways') return undefined
    setImmediate(() => catalogue.find(kinds[1]!) && catalogue.remove(kinds[1]!))
    return new Error('not served yet')
  }
  const { client, settle, serving, stop } = await start({ catalogue, fake: { fault } })
  await client.create(ingressClasses, ingressClass('fairlead'))
  await client.create(services, service('web'), shop)
  await client.create(ingresses, ingress(), shop)
  await settle()
  await serving()
  assert.equal(((await client.get(ingresses, 'web', shop)) as Loose).status.loadBalancer.ingress.length, 1)
  stop()
})

test('a kind that is served late holds up what is said until its objects have come', async () => {
  const catalogue = catalogueOf()
  let isAway = true
  const fault = (verb: string, { plural }: Resource) =>
    isAway && verb === 'list' && plural === 'httproutes' ? new Error('not now') : undefined
  const { client, clock, settle, writes, stop } = await start({ catalogue, fake: { fault } })
  await client.create(services, service('web'), shop)
  await client.create(httpRoutes, httpRoute('cart', 'public'), shop)
  await settle()
  catalogue.add(kind({ resource: httpRoutes as unknown as Resource }))
  await client.create(gateways, gateway('public'))
  await settle()
  assert.deepEqual(
    writes.filter((one) => one.startsWith('MODIFIED gateways')),
    [],
  )
  isAway = false
  clock.advance(15_000)
  await settle()
  const { status } = (await client.get(gateways, 'public', shop)) as Loose
  assert.equal(status.listeners[0].attachedRoutes, 1)
  stop()
})
