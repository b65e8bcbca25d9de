import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { backendTLSPolicies } from '#api/gatewayapi/backendtlspolicy/resource.ts'
import { HAS_FORMER, IS_HELD } from '../../src/gateway/large-authorities.ts'
import { ask } from './ask.ts'
import { certificate } from './certificates.ts'
import { BIND, DriverUnderTest, toService } from './driver-under-test.ts'
import { skip, startServers, until } from './haproxy-under-test.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/

test('whoever changes many authorities again and again has HAProxy reloaded no oftener than the budget lets them', {
  skip,
}, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, (one) => one.service('web', [a!.port]))
  const some = Array.from({ length: 60 }, (_, at) => CERTIFICATE.exec(certificate(`${at}.test`))![0])
  const authorities = (name: string, first: number) =>
    under.put(configMaps, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' } },
      data: { 'ca.crt': [...some.slice(first), ...some.slice(0, first)].join('') },
    } as never)
  const trusted = async (service: string) => {
    await under.put(backendTLSPolicies, {
      ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'BackendTLSPolicy' },
      metadata: { name: service, namespace: 'shop' },
      spec: {
        targetRefs: [{ group: '', kind: 'Service', name: service }],
        validation: { hostname: 'web.test', caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: service }] },
      },
    } as never)
    await under.route(service, `${service}.test`, [toService(service)])
  }
  await authorities('web', 0)
  await trusted('web')
  const backendOf = (service: string) =>
    [...under.driver.table.backends.values()].find((one) => one.service.name === service && one.tls !== undefined)
  await until(() => backendOf('web') !== undefined)
  for (let first = 1; first < 24; first++) {
    const { length } = under.computed
    await authorities('web', first)
    await until(() => under.computed.length > length)
    await under.driver.proxy.settled()
  }
  const { reloads } = under.driver.proxy
  assert.ok(reloads >= 12 && reloads <= 20, `${reloads}`)
  assert.deepEqual([...(under.driver.report?.waiting ?? [])], [['HTTPRoute shop/web 0', HAS_FORMER]])
  // What has not been there waits with its endpoints, and is told.
  await under.service('late', [a!.port])
  await authorities('late', 50)
  await trusted('late')
  await until(() => under.driver.report?.waiting.size === 2)
  await under.driver.proxy.settled()
  assert.equal(under.driver.report!.waiting.get('HTTPRoute shop/late 0'), IS_HELD)
  // Nor is it taken because something else changes.
  await under.service('other', [a!.port])
  await under.route('other', 'other.test', [toService('other')])
  await until(async () => (await ask(BIND, 'other.test', '/')).startsWith('200'))
  await under.driver.proxy.settled()
  assert.match(await ask(BIND, 'late.test', '/'), /^503/)
  assert.equal(under.driver.proxy.reloads, reloads)
  assert.deepEqual(under.errors, [])
})
