import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IPAddress } from '#api/networking/ipaddress/message.ts'
import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import { isNotFound } from '#client/client.ts'
import { startCluster } from '../testing/cluster.ts'
import { isInUse } from './desired.ts'

const range = (name: string, ...cidrs: readonly string[]): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name },
  spec: { cidrs },
})
const address = (name: string): IPAddress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  metadata: { name },
  spec: { parentRef: { group: 'lab.example', resource: 'gateways', name: 'edge' } },
})

test('a range is ready, and held until nothing has an address of it alone', async () => {
  const { client, settle, stop } = await startCluster()
  const get = async (name: string): Promise<ServiceCIDR | undefined> => {
    await settle()
    return client.get(serviceCidrs, name).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
      return undefined
    })
  }
  const ready = async (name: string): Promise<string> => {
    const { status, reason = '' } = (await get(name))!.status!.conditions![0]!
    return `${status} ${reason}`.trim()
  }
  await client.create(serviceCidrs, range('more', '10.200.0.0/24'))
  await client.create(ipAddresses, address('10.200.0.5'))
  assert.equal(await ready('more'), 'True')
  const { metadata, status } = (await get('more'))!
  assert.deepEqual(metadata!.finalizers, ['networking.k8s.io/service-cidr-finalizer'])
  assert.equal(status!.conditions![0]!.message, 'Kubernetes Service CIDR is ready')
  await client.delete(serviceCidrs, 'more')
  assert.equal(await ready('more'), 'False Terminating')
  await client.delete(ipAddresses, '10.200.0.5')
  assert.equal(await get('more'), undefined)
  stop()
})

test('a range goes at once where nothing has an address of it, or another range has them all', async () => {
  const { client, settle, stop } = await startCluster()
  const left = async (): Promise<readonly string[]> => {
    await settle()
    return (await client.list(serviceCidrs)).items.map(({ metadata }) => metadata!.name!)
  }
  await client.create(serviceCidrs, range('empty', '10.201.0.0/24'))
  await client.create(serviceCidrs, range('full', '10.200.0.0/24'))
  await client.create(ipAddresses, address('10.200.0.5'))
  await settle()
  await client.delete(serviceCidrs, 'empty')
  await client.delete(serviceCidrs, 'full')
  assert.deepEqual(await left(), ['full'])
  await client.create(serviceCidrs, range('wide', '10.200.0.0/16'))
  assert.deepEqual(await left(), ['wide'])
  stop()
})

test('a range is in use by addresses of its own family, and not where another range that stays has them', () => {
  const both = range('both', '10.200.0.0/24', 'fd00:200::/112')
  assert.equal(isInUse(both, [], ['10.200.1.1', 'banana']), false)
  assert.equal(isInUse(both, [], ['fd00:200::5']), true)
  assert.equal(isInUse(both, [range('v4', '10.0.0.0/8')], ['10.200.0.5', 'fd00:200::5']), true)
  assert.equal(isInUse(both, [range('v4', '10.0.0.0/8')], ['10.200.0.5']), false)
  const leaving = { ...range('v4', '10.0.0.0/8'), metadata: { name: 'v4', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.equal(isInUse(both, [leaving], ['10.200.0.5']), true)
})
