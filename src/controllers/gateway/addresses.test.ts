import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gateway, service, shop, start, system } from './testing/gateway-cluster.ts'

type Loose = any
const asks = (...values: readonly string[]) => ({ addresses: values.map((value) => ({ type: 'IPAddress', value })) })
const addressesOf = ({ status }: Loose) => (status.addresses ?? []).map(({ value }: Loose) => value)
const condition = ({ status }: Loose, type: string) => status.conditions.find((one: Loose) => one.type === type)

test('a Gateway gets the address that it asks for; one that is taken is told, and given when it is free', async () => {
  const { client, settle, serving, gatewayNow, stop } = await start()
  const loadBalancer = { type: 'LoadBalancer', loadBalancerIP: '172.30.255.8' }
  await client.create(services, service('other', loadBalancer), shop)
  await client.create(gateways, gateway('public', asks('172.30.255.7')))
  await client.create(gateways, gateway('late', asks('172.30.255.8')))
  await settle()
  await serving()
  assert.deepEqual(addressesOf(await gatewayNow()), ['172.30.255.7'])
  assert.equal(condition(await gatewayNow(), 'Programmed').status, 'True')
  const { reason, message } = condition(await gatewayNow('late'), 'Programmed')
  assert.equal(reason, 'AddressNotUsable')
  assert.equal(message, 'spec.addresses 172.30.255.8 is taken by Service shop/other')
  await client.delete(services, 'other', shop)
  await settle()
  assert.deepEqual(addressesOf(await gatewayNow('late')), ['172.30.255.8'])
  assert.equal(condition(await gatewayNow('late'), 'Programmed').status, 'True')
  stop()
})

test('an address outside of the pool is told with the pool, whatever somebody makes of the Service, until it is not asked for', async () => {
  const { client, settle, serving, gatewayNow, stop } = await start()
  await client.create(gateways, gateway('public', asks('10.1.2.3')))
  await settle()
  await serving()
  const told = async (): Promise<readonly string[]> => {
    const { status, reason, message } = condition(await gatewayNow(), 'Programmed')
    return [status, reason, message]
  }
  const outside = 'spec.addresses 10.1.2.3 is outside of the pool 172.30.255.1-172.30.255.254'
  assert.deepEqual(await told(), ['False', 'AddressNotUsable', outside])
  const { spec = {}, ...made } = await client.get(services, 'gateway-shop-public', system)
  const { loadBalancerIP, ...others } = spec
  assert.equal(loadBalancerIP, '10.1.2.3')
  await client.update(services, { ...made, spec: others }, system)
  await settle()
  assert.deepEqual(await told(), ['False', 'AddressNotUsable', outside])
  const now = await gatewayNow()
  await client.update(gateways, { ...now, spec: { ...now.spec, addresses: [] } }, shop)
  await settle()
  await serving()
  assert.equal((await told())[0], 'True')
  assert.deepEqual(addressesOf(await gatewayNow()), ['172.30.255.1'])
  stop()
})

test('that the pool has no address left is told, and one that is free then is given', async () => {
  const { client, settle, serving, gatewayNow, stop } = await start({ loadBalancer: { cidrs: ['172.30.255.9/32'] } })
  await client.create(services, service('other', { type: 'LoadBalancer' }), shop)
  await settle()
  await client.create(gateways, gateway('public'))
  await settle()
  await serving()
  const { reason, message } = condition(await gatewayNow(), 'Programmed')
  assert.equal(reason, 'AddressNotAssigned')
  assert.match(message, /^no IPv4 address is free in the pool 172\.30\.255\.9-172\.30\.255\.9; /)
  await client.delete(services, 'other', shop)
  await settle()
  assert.equal(condition(await gatewayNow(), 'Programmed').status, 'True')
  stop()
})

test('where both families are had a Gateway has an address of each, those that it asks for or others', async () => {
  const { client, settle, gatewayNow, stop } = await start({
    loadBalancer: { cidrs: ['172.30.255.0/24', 'fd00::/120'] },
  })
  await client.create(gateways, gateway('public', asks('fd00::7', '172.30.255.7')))
  await client.create(gateways, gateway('any'))
  await settle()
  assert.deepEqual(addressesOf(await gatewayNow()).sort(), ['172.30.255.7', 'fd00::7'])
  const { spec } = await client.get(services, 'gateway-shop-any', system)
  assert.equal(spec?.ipFamilyPolicy, 'PreferDualStack', 'the cluster says which it has')
  const made = await client.get(services, 'gateway-shop-any', system)
  const both = { ...made, spec: { ...made.spec, ipFamilies: ['IPv4', 'IPv6'] } } as Loose
  await client.update(services, both, system)
  await settle()
  assert.deepEqual(addressesOf(await gatewayNow('any')), ['172.30.255.1', 'fd00::1'])
  stop()
})

test('with a clock that is put back what changes has the time of the clock, and what stays its own', async () => {
  const { client, clock, settle, serving, gatewayNow, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  const then = condition(await gatewayNow(), 'Accepted').lastTransitionTime
  clock.advance(-3_600_000)
  await serving()
  const now = await gatewayNow()
  assert.deepEqual(
    [condition(now, 'Programmed').status, condition(now, 'Programmed').lastTransitionTime],
    ['True', '2025-12-31T23:00:00Z'],
  )
  assert.equal(condition(now, 'Accepted').lastTransitionTime, then)
  stop()
})
