import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Service, ServiceSpec } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { IPAddress } from '#api/networking/ipaddress/message.ts'
import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { UnsteadyJournal } from '../../testing/unsteady-journal.ts'

const scope = { namespace: 'default' }
let server: TestServer

before(async () => {
  server = await startTestServer()
})
after(() => server.close())
beforeEach(async () => {
  for (const { metadata } of (await server.client.list(services, scope)).items)
    if (metadata?.name !== 'kubernetes') await server.client.delete(services, metadata!.name!, scope)
})

const make = (name: string, spec: Partial<ServiceSpec> = {}, options: object = {}): Promise<Service> =>
  server.client.create(
    services,
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
    { ...scope, ...options },
  )
const named = (name: string, owner = 'edge'): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name },
  spec: { parentRef: { group: 'lab.example', resource: 'gateways', name: owner } },
})
const range = (name: string, ...cidrs: readonly string[]): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name, finalizers: ['lab.example/held'] },
  spec: { cidrs },
})
/** Name and Service of each IPAddress but that of the `kubernetes` Service. */
const held = async (): Promise<readonly string[]> =>
  (await server.client.list(ipAddresses)).items
    .map(({ metadata, spec }) => `${metadata!.name} ${spec!.parentRef!.name}`)
    .filter((text) => !text.endsWith(' kubernetes'))

test('each ClusterIP is an IPAddress that names its Service, as long as that has it', async () => {
  const both = { ipFamilyPolicy: 'PreferDualStack', clusterIPs: ['10.96.0.9', 'fd00:10:96::9'] } as const
  await make('web', { ...both, clusterIP: '10.96.0.9' })
  const address = await server.client.get(ipAddresses, 'fd00:10:96::9')
  assert.deepEqual(address.metadata?.labels, {
    'ipaddress.kubernetes.io/ip-family': 'IPv6',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  })
  assert.deepEqual(address.spec?.parentRef, { group: '', resource: 'services', namespace: 'default', name: 'web' })
  assert.deepEqual(await held(), ['10.96.0.9 web', 'fd00:10:96::9 web'])
  const one = { ipFamilyPolicy: 'SingleStack', clusterIPs: ['10.96.0.9'], ipFamilies: ['IPv4'] }
  await server.client.patch(services, 'web', 'merge', { spec: one }, scope)
  assert.deepEqual(await held(), ['10.96.0.9 web'])
  await server.client.patch(services, 'web', 'merge', { spec: { type: 'NodePort' } }, scope)
  assert.deepEqual(await held(), ['10.96.0.9 web'])
  await server.client.delete(services, 'web', scope)
  assert.deepEqual(await held(), [])
})

test('the kubernetes Service has one, and headless Services and ExternalNames have none', async () => {
  const { spec } = await server.client.get(ipAddresses, '10.96.0.1')
  assert.deepEqual(spec?.parentRef, { group: '', resource: 'services', namespace: 'default', name: 'kubernetes' })
  await make('none', { clusterIP: 'None' })
  await make('far', { type: 'ExternalName', externalName: 'a.example' })
  assert.deepEqual(await held(), [])
})

test('what is refused or only tried leaves no IPAddress', async () => {
  await make('web', { clusterIP: '10.96.0.9' })
  await assert.rejects(make('web', { clusterIP: '10.96.0.10' }), /already exists/)
  await make('dry', { clusterIP: '10.96.0.11' }, { dryRun: true })
  assert.deepEqual(await held(), ['10.96.0.9 web'])
})

test('an IPAddress of somebody else keeps its address from Services until it goes', async () => {
  await server.client.create(ipAddresses, named('10.96.0.20'))
  await assert.rejects(make('web', { clusterIP: '10.96.0.20' }), /provided IP is already allocated/)
  await assert.rejects(server.client.create(ipAddresses, named('10.96.0.20')), /already exists/)
  await server.client.create(ipAddresses, named('10.96.0.21'), { dryRun: true })
  await make('other', { clusterIP: '10.96.0.21' })
  await server.client.delete(ipAddresses, '10.96.0.20')
  await make('web', { clusterIP: '10.96.0.20' })
  await assert.rejects(server.client.create(ipAddresses, named('10.96.0.20')), /already exists/)
})

test('a Service keeps its address though somebody deletes the IPAddress', async () => {
  await make('web', { clusterIP: '10.96.0.9' })
  await server.client.delete(ipAddresses, '10.96.0.9')
  await assert.rejects(make('other', { clusterIP: '10.96.0.9' }), /provided IP is already allocated/)
  await server.client.delete(services, 'web', scope)
  await make('other', { clusterIP: '10.96.0.9' })
  assert.deepEqual(await held(), ['10.96.0.9 other'])
})

test('a ServiceCIDR that is added gives addresses at once, and none any more once it is to go', async () => {
  await assert.rejects(
    make('web', { clusterIP: '10.200.0.5' }),
    /the provided network does not match the current range/,
  )
  await server.client.create(serviceCidrs, range('more', '10.200.0.0/24', 'fd00:200::/112'))
  await make('web', { clusterIP: '10.200.0.5' })
  assert.deepEqual(await held(), ['10.200.0.5 web'])
  await server.client.delete(serviceCidrs, 'more')
  await assert.rejects(make('late', { clusterIP: '10.200.0.6' }), {
    message: /the provided network does not match the current range$/,
  })
  await server.client.patch(serviceCidrs, 'more', 'merge', { metadata: { finalizers: null } })
  await assert.rejects(
    make('late', { clusterIP: '10.200.0.6' }),
    /the provided network does not match the current range/,
  )
  assert.equal((await server.client.get(services, 'web', scope)).spec?.clusterIP, '10.200.0.5')
})

test('a server that starts again knows ranges, and addresses of Services and of others', async () => {
  const journal = new UnsteadyJournal()
  const first = await startTestServer({ journal })
  await first.client.create(serviceCidrs, range('more', '10.200.0.0/24'))
  const web = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } } as const
  await first.client.create(services, { ...web, spec: { clusterIP: '10.200.0.5', ports: [{ port: 80 }] } }, scope)
  await first.client.create(ipAddresses, named('10.200.0.6'))
  await first.close()
  const second = await startTestServer({ journal })
  try {
    for (const clusterIP of ['10.200.0.5', '10.200.0.6']) {
      const service = { ...web, metadata: { name: 'x' }, spec: { clusterIP, ports: [{ port: 80 }] } }
      await assert.rejects(second.client.create(services, service, scope), /provided IP is already allocated/)
    }
  } finally {
    await second.close()
  }
})
