import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import type { Resource } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { Informers, writeThrough } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ControllerContext } from '../../context.ts'
import { turn } from '../../testing/cluster.ts'
import { gateway, listener, service, shop, start, system } from '../testing/gateway-cluster.ts'
import { SiteServices } from './site-services.ts'

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
  assert.deepEqual(
    client.all(events).filter(({ reason }) => reason === 'ServiceBlocked'),
    [],
    'nothing is in the way',
  )
  await client.update(services, { ...going, metadata: { ...going.metadata, finalizers: [] } }, system)
  await settle()
  const next: Loose = await client.get(services, 'gateway-shop-public', system)
  assert.notEqual(next.metadata.uid, made.metadata.uid)
  assert.equal(next.metadata.deletionTimestamp, undefined)
  stop()
})

test('a Gateway of whose listeners nothing is right keeps the Service that it has, and one that has none gets none', async () => {
  const { client, settle, gatewayNow, names, stop } = await start()
  const spec = { listeners: [{ ...listener(80), protocol: 'example.com/own' }] }
  await client.create(gateways, gateway('public'))
  await client.create(gateways, gateway('wrong', spec))
  await settle()
  const now = await gatewayNow()
  await client.update(gateways, { ...now, spec: { ...now.spec, ...spec } }, shop)
  await settle()
  assert.deepEqual(names(services).sort(), ['gateway-shop-public', 'public-fairlead'])
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

test('an address of one family is enough where nobody asks for two and the pool has no other', async () => {
  const { client, settle, serving, gatewayNow, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  const made = await client.get(services, 'gateway-shop-public', system)
  await client.update(services, { ...made, spec: { ...made.spec, ipFamilies: ['IPv4', 'IPv6'] } } as Loose, system)
  await settle()
  await serving()
  assert.equal(programmed(await gatewayNow())[0], 'Programmed')
  assert.deepEqual((await gatewayNow()).status.addresses, [{ type: 'IPAddress', value: '172.30.255.1' }])
  stop()
})

test('of Services of others it is heard while one is in the way, or may be: it is being looked', async () => {
  const clock = new HandClock()
  const theirs = { ...service('x'), metadata: { name: 'fairlead-gateway', ...system } }
  let onMade = (): void => {}
  const client = new FakeClient({
    clock,
    onWrite: (type, _, { metadata }) => {
      if (type === 'ADDED' && metadata?.name === 'gateway-shop-a') onMade()
    },
    fault: (verb, _, name) => (verb === 'create' && name === 'gateway-shop-broken' ? new Error('no') : undefined),
  })
  await client.create(services, theirs, system)
  const abort = new AbortController()
  const informers = new Informers(client, { clock, random: () => 0, signal: abort.signal, onError: () => {} })
  let freed = 0
  const context = { client: writeThrough(client, informers), informers, clusterDomain: 'cluster.local' }
  const own = new SiteServices(context as unknown as ControllerContext, () => freed++)
  await informers.hasSynced()
  /** How often it was told since. */
  const heard = async (): Promise<number> => {
    for (let turns = 0; turns < 4; turns++) await turn()
    const told = freed
    freed = 0
    return told
  }
  const ports = [{ port: 80, protocol: 'TCP', by: 'proxy' }] as const
  const site = (name: string) => ({ gateway: { ...gateway(name), metadata: { name, ...shop, uid: name } }, ports })
  const ofIngresses = { gateway: undefined, ports }
  const changeTheirs = (name = 'fairlead-gateway') =>
    client.patch(services, name, 'merge', { spec: { a: 'b' } }, system)

  await changeTheirs()
  assert.equal(await heard(), 0, 'nobody waits')
  onMade = () => void client.delete(services, 'fairlead-gateway', system)
  const { unmade, error } = await own.keep([ofIngresses, site('a')])
  assert.deepEqual([unmade.map(({ fault }) => fault.reason), error], [['NoResources'], undefined])
  assert.equal(await heard(), 1, 'it went while another Service was made')
  assert.deepEqual((await own.keep([ofIngresses, site('a')])).unmade, [])
  await heard()
  await client.create(services, { ...theirs, metadata: { name: 'other', ...system } }, system)
  await client.delete(services, 'other', system)
  assert.equal(await heard(), 0, 'nobody waits any more')

  await client.delete(services, 'fairlead-gateway', system)
  await client.create(services, theirs, system)
  await heard()
  const both = await own.keep([ofIngresses, site('a'), site('broken')])
  assert.deepEqual(
    both.unmade.map(({ fault }) => fault.reason),
    ['NoResources', 'Invalid'],
  )
  assert.match(`${both.error}`, /no/)
  await changeTheirs()
  assert.equal(await heard(), 1, 'one waits, whatever fails beside it')
  abort.abort()
})
