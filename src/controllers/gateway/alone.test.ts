import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { tcpRoutes } from '#api/gatewayapi/tcproute/resource.ts'
import type { Resource } from '#api/resource.ts'
import { API, gateway, listener, service, shop, start, system } from './testing/gateway-cluster.ts'

type Loose = any

/** A cluster whose API refuses what is in `broken`: `verb plural name`, or a beginning of it. */
const breaking = async (...refused: readonly string[]) => {
  const broken = new Set(refused)
  const fault = (verb: string, { plural }: Resource, name: string) =>
    [...broken].some((one) => `${verb} ${plural} ${name}`.startsWith(one)) ? new Error('not now') : undefined
  return { broken, ...(await start({ fake: { fault }, only: ['gateway', 'load-balancer', 'garbage-collector'] })) }
}

test('a Service or an alias that cannot be removed keeps no other Gateway waiting, and goes as soon as it can', async () => {
  for (const name of ['gateway-shop-old', 'old-fairlead']) {
    const { client, broken, clock, settle, names, stop } = await breaking(`delete services ${name}`)
    await client.create(gateways, gateway('old'))
    await settle()
    await client.delete(gateways, 'old', shop)
    await client.create(gateways, gateway('new'))
    await settle()
    assert.deepEqual(names(services).sort(), [name, 'gateway-shop-new', 'new-fairlead'].sort())
    broken.clear()
    clock.advance(300_000)
    await settle()
    assert.deepEqual(names(services).sort(), ['gateway-shop-new', 'new-fairlead'])
    stop()
  }
})

test('slices that cannot be written for one Gateway keep no other one waiting', async () => {
  for (const broke of ['a', 'b']) {
    const { client, broken, clock, settle, stop } = await breaking(`create endpointslices gateway-shop-${broke}`)
    await client.create(services, service('db'), shop)
    const slice: Loose = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'db-1', ...shop, labels: { 'kubernetes.io/service-name': 'db' } },
      addressType: 'IPv4',
      ports: [{ name: 'web', port: 5432, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.244.0.1'], conditions: { ready: true } }],
    }
    await client.create(endpointSlices, slice, shop)
    for (const name of ['a', 'b']) {
      await client.create(gateways, gateway(name, { listeners: [listener(5432, 'TCP')] }))
      const spec = { parentRefs: [{ name }], rules: [{ backendRefs: [{ name: 'db', port: 80 }] }] }
      await client.create(
        tcpRoutes,
        { apiVersion: `${API}/v1alpha2`, kind: 'TCPRoute', metadata: { name, ...shop }, spec } as Loose,
        shop,
      )
    }
    await settle()
    const sites = () => {
      const written = client.all(endpointSlices).filter(({ metadata }) => metadata?.namespace === system.namespace)
      return [...new Set(written.map(({ metadata }) => metadata!.labels!['kubernetes.io/service-name']))].sort()
    }
    assert.deepEqual(sites(), [`gateway-shop-${broke === 'a' ? 'b' : 'a'}`])
    broken.clear()
    clock.advance(300_000)
    await settle()
    assert.deepEqual(sites(), ['gateway-shop-a', 'gateway-shop-b'])
    stop()
  }
})
