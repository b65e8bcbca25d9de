import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import type { Resource } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { gateway, listener, service, shop, start, system } from '../testing/gateway-cluster.ts'

type Loose = any
const programmed = ({ status }: Loose) => {
  const { reason, message } = status.conditions.find(({ type }: Loose) => type === 'Programmed')
  return [reason, message]
}
const invalid = (field: string) =>
  new ApiError({
    apiVersion: 'v1',
    kind: 'Status',
    status: 'Failure',
    code: 422,
    reason: 'Invalid',
    message: 'no',
    details: { causes: [{ reason: 'FieldValueInvalid', message: 'no', field }] },
  })

test('why a Service cannot be had its Gateway tells: by the addresses that it asks for where it is their family', async () => {
  for (const [error, reason] of [
    [invalid('spec.ipFamilies[0]'), 'AddressNotUsable'],
    [invalid('spec.ipFamilyPolicy'), 'AddressNotUsable'],
    [invalid('metadata.annotations'), 'Invalid'],
    [new Error('no'), 'Invalid'],
  ] as const) {
    let isBroken = true
    const fault = (verb: string, { plural }: Resource, name: string) =>
      isBroken && `${verb} ${plural} ${name}` === 'create services gateway-shop-public' ? error : undefined
    const { client, clock, settle, serving, gatewayNow, stop } = await start({ fake: { fault } })
    await client.create(gateways, gateway('public'))
    await settle()
    await serving()
    assert.deepEqual(programmed(await gatewayNow()), [reason, 'its Service cannot be had: no'])
    isBroken = false
    clock.advance(300_000)
    await settle()
    await serving()
    assert.equal(programmed(await gatewayNow())[0], 'Programmed')
    stop()
  }
})

test('the port of the pods that a Gateway let go is not given to the next one, where a proxy may answer for the first yet', async () => {
  const { client, settle, stop } = await start()
  const bindOf = async (name: string) => (await client.get(services, name, system)).spec?.ports?.[0]?.targetPort
  await client.create(gateways, gateway('a'))
  await settle()
  assert.equal(await bindOf('gateway-shop-a'), 10_000)
  await client.delete(gateways, 'a', shop)
  await settle()
  await client.create(gateways, gateway('b'))
  await settle()
  assert.equal(await bindOf('gateway-shop-b'), 10_001)
  stop()
})

test('a Service that is going is waited for, and another one made when it has gone', async () => {
  const { client, settle, names, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  const made: Loose = await client.get(services, 'gateway-shop-public', system)
  const held = {
    ...made,
    metadata: { ...made.metadata, finalizers: [...(made.metadata.finalizers ?? []), 'x.test/y'] },
  }
  await client.update(services, held, system)
  await client.delete(services, 'gateway-shop-public', system)
  await settle()
  assert.deepEqual(names(services).sort(), ['gateway-shop-public', 'public-fairlead'])
  const going: Loose = await client.get(services, 'gateway-shop-public', system)
  assert.ok(going.metadata.deletionTimestamp)
  await client.update(services, { ...going, metadata: { ...going.metadata, finalizers: [] } }, system)
  await settle()
  const next: Loose = await client.get(services, 'gateway-shop-public', system)
  assert.notEqual(next.metadata.uid, made.metadata.uid)
  assert.equal(next.metadata.deletionTimestamp, undefined)
  stop()
})

test('a Gateway whose Service would have the name of somebody else’s has one of another name', async () => {
  const { client, settle, gatewayNow, names, stop } = await start()
  const hash = /^gateway-shop-public-/
  await client.create(services, { ...service('x'), metadata: { name: 'gateway-shop-public', ...system } }, system)
  await client.create(gateways, gateway('public', { listeners: [listener(80)] }))
  await settle()
  const own = names(services).find((name) => hash.test(name))
  assert.ok(own, 'another name is had meanwhile')
  assert.equal((await gatewayNow()).status.addresses.length, 1)
  stop()
})
