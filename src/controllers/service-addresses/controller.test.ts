import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import { serviceAddressOf } from '#api/networking/ipaddress/service-address.ts'
import { startCluster } from '../testing/cluster.ts'

const namespace = 'default'
const service = (name: string, ...clusterIPs: readonly string[]): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'ClusterIP', clusterIP: clusterIPs[0], clusterIPs, ports: [{ port: 80 }] },
})

const start = async () => {
  const cluster = await startCluster()
  const { client, clock, settle } = cluster
  return {
    ...cluster,
    /** Name and owner of each, once patience is at its end. */
    async held(): Promise<readonly string[]> {
      await settle()
      clock.advance(6000)
      await settle()
      const { items } = await client.list(ipAddresses)
      return items.map(({ metadata, spec }) => `${metadata!.name} ${spec!.parentRef!.name}`).sort()
    },
    async told(): Promise<readonly string[]> {
      return (await client.list(events)).items.map(({ reason, message }) => `${reason}: ${message}`)
    },
  }
}

test('what a Service has and nobody says is said again, with an Event', async () => {
  const { client, held, told, stop } = await start()
  await client.create(services, service('web', '10.96.0.9', 'fd00:10:96::9'), { namespace })
  assert.deepEqual(await held(), ['10.96.0.9 web', 'fd00:10:96::9 web'])
  assert.deepEqual(await told(), [
    'ClusterIPNotAllocated: Cluster IP [IPv4]: 10.96.0.9 for Service default/web is not allocated; repairing',
    'ClusterIPNotAllocated: Cluster IP [IPv6]: fd00:10:96::9 for Service default/web is not allocated; repairing',
  ])
  await client.delete(ipAddresses, '10.96.0.9')
  assert.deepEqual(await held(), ['10.96.0.9 web', 'fd00:10:96::9 web'])
  stop()
})

test('what is said of a Service that has it not is taken away, with an Event; what others say stays', async () => {
  const { client, held, told, stop } = await start()
  await client.create(ipAddresses, serviceAddressOf(service('gone'), '10.96.0.9'))
  const byHand = serviceAddressOf(service('gone'), '10.96.0.10')
  await client.create(ipAddresses, { ...byHand, metadata: { name: '10.96.0.10' } })
  const other = { group: 'lab.example', resource: 'gateways', name: 'edge' }
  await client.create(ipAddresses, { ...byHand, metadata: { name: '10.96.0.11' }, spec: { parentRef: other } })
  assert.deepEqual(await held(), ['10.96.0.10 gone', '10.96.0.11 edge'])
  assert.deepEqual(await told(), [
    'IPAddressNotAllocated: IPAddress: 10.96.0.9 for Service default/gone appears to have leaked: cleaning up',
  ])
  stop()
})

test('an address that another has stays its, and the Service is told of it', async () => {
  const { client, held, told, stop } = await start()
  const other = { group: 'lab.example', resource: 'gateways', name: 'edge' }
  const address = serviceAddressOf(service('web'), '10.96.0.9')
  await client.create(ipAddresses, { ...address, spec: { parentRef: other } })
  await client.create(services, service('web', '10.96.0.9'), { namespace })
  assert.deepEqual(await held(), ['10.96.0.9 edge'])
  assert.deepEqual(await told(), [
    'ClusterIPAlreadyAllocated: Cluster IP [IPv4]: 10.96.0.9 for Service default/web was assigned to gateways/edge; please recreate',
  ])
  stop()
})

test('what comes and goes together is nothing to repair', async () => {
  const { client, held, told, stop } = await start()
  await client.create(ipAddresses, serviceAddressOf(service('web'), '10.96.0.9'))
  await client.create(services, service('web', '10.96.0.9'), { namespace })
  assert.deepEqual(await held(), ['10.96.0.9 web'])
  await client.delete(services, 'web', { namespace })
  await client.delete(ipAddresses, '10.96.0.9')
  assert.deepEqual(await held(), [])
  assert.deepEqual(await told(), [])
  stop()
})
