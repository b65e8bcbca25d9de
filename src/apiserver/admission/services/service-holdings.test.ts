import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, ServiceSpec } from '#api/core/service/message.ts'
import { ReservedAddresses } from './reserved-addresses.ts'
import { createServiceAllocators, heldBy, release, takeStored } from './service-holdings.ts'

const RANGES = {
  serviceCidrs: ['10.96.0.0/24', 'fd00:10:96::/112'],
  nodePortRange: { from: 30_000, to: 30_031 },
}
const allocators = () =>
  createServiceAllocators(RANGES, new ReservedAddresses([['10.96.0.1', 'default/kubernetes']]), () => 0)
const service = (name: string, spec: Partial<ServiceSpec>): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { type: 'ClusterIP', ...spec },
})

test('what stored Services hold is taken: addresses of both families, node ports, the health check’s port', () => {
  const taken = allocators()
  const held = [
    service('kubernetes', { clusterIPs: ['10.96.0.1'] }),
    service('dual', { clusterIPs: ['10.96.0.7', 'fd00:10:96::7'] }),
    service('headless', { clusterIPs: ['None'] }),
    service('alias', { type: 'ExternalName', clusterIPs: ['10.96.0.9'] }),
    service('balanced', {
      type: 'LoadBalancer',
      clusterIPs: ['10.96.0.8'],
      ports: [
        { port: 53, protocol: 'TCP', nodePort: 30_001 },
        { port: 53, protocol: 'UDP', nodePort: 30_001 },
      ],
      healthCheckNodePort: 30_002,
    }),
  ]
  assert.deepEqual(takeStored(taken, held), [])
  const [v4, v6] = taken.addresses
  const has = (address: string): boolean => [v4!, v6!].some((range) => range.has(address))
  assert.deepEqual(['10.96.0.1', '10.96.0.7', 'fd00:10:96::7', '10.96.0.8', '10.96.0.9', '10.96.0.10'].map(has), [
    true,
    true,
    true,
    true,
    false,
    false,
  ])
  assert.deepEqual(
    [30_000, 30_001, 30_002].map((port) => taken.ports.has(port)),
    [false, true, true],
  )
})

test('what two stored Services say that they have is the first one’s, is told, and stays its when the other goes', () => {
  const taken = allocators()
  const spec: Partial<ServiceSpec> = {
    type: 'NodePort',
    clusterIPs: ['10.96.0.7'],
    ports: [{ port: 80, nodePort: 30_001 }],
  }
  const [first, second] = [service('first', spec), service('second', spec)]
  assert.deepEqual(takeStored(taken, [first, second]), [
    { service: 'default/second', claim: '10.96.0.7', why: 'provided IP is already allocated' },
    { service: 'default/second', claim: 30_001, why: 'provided port is already allocated' },
  ])
  release(taken, second, heldBy(second))
  assert.deepEqual([taken.addresses[0]!.has('10.96.0.7'), taken.ports.has(30_001)], [true, true])
  release(taken, first, heldBy(first))
  assert.deepEqual([taken.addresses[0]!.has('10.96.0.7'), taken.ports.has(30_001)], [false, false])
})

test('what lies in no range, of another family or of ranges that have changed, is told, and stops nothing', () => {
  const taken = createServiceAllocators(
    { ...RANGES, serviceCidrs: ['10.96.0.0/24'] },
    new ReservedAddresses([]),
    () => 0,
  )
  const told = takeStored(taken, [
    service('moved', { clusterIPs: ['10.97.0.7'] }),
    service('six', { clusterIPs: ['fd00:10:96::7'] }),
    service('port', { type: 'NodePort', clusterIPs: ['10.96.0.5'], ports: [{ port: 80, nodePort: 31_000 }] }),
  ])
  assert.deepEqual(
    told.map(({ service, claim }) => `${service} ${claim}`),
    ['default/moved 10.97.0.7', 'default/six fd00:10:96::7', 'default/port 31000'],
  )
  assert.equal(taken.addresses[0]!.has('10.96.0.5'), true)
})
