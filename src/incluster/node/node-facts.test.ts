import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import { nodeFacts } from './node-facts.ts'

const range = (cidrs: readonly string[], metadata: ServiceCIDR['metadata'] = {}): ServiceCIDR => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata,
  spec: { cidrs },
})
const node = (addresses: readonly (readonly [string, string])[], spec: Node['spec'] = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  spec,
  status: { addresses: addresses.map(([type, address]) => ({ type, address })) },
})
const none = { serviceCidrs: [] }
const both = node(
  [
    ['Hostname', 'n1'],
    ['InternalIP', 'fd00::2'],
    ['InternalIP', '10.0.0.2'],
    ['InternalIP', '10.0.0.3'],
    ['ExternalIP', '192.0.2.2'],
  ],
  { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24', 'fd00:1::/64'] },
)

test('a node has its first InternalIP of each family that Services have, and its ranges of these', () => {
  assert.deepEqual(nodeFacts('n1', both, [range(['10.96.0.0/12', 'fd00:96::/112'])], none), {
    facts: {
      addresses: ['10.0.0.2', 'fd00::2'],
      podCidrs: ['10.244.1.0/24', 'fd00:1::/64'],
      serviceCidrs: ['10.96.0.0/12', 'fd00:96::/112'],
    },
  })
  assert.deepEqual(nodeFacts('n1', both, [range(['10.96.0.0/12'])], none), {
    facts: { addresses: ['10.0.0.2'], podCidrs: ['10.244.1.0/24'], serviceCidrs: ['10.96.0.0/12'] },
  })
})

test('the API’s ranges of Services count before those of the settings, each once, and not those that are leaving', () => {
  const of = (ranges: readonly ServiceCIDR[], serviceCidrs: readonly string[]) => {
    const found = nodeFacts('n1', both, ranges, { serviceCidrs })
    return 'facts' in found ? found.facts.serviceCidrs : found.missing
  }
  const leaving = range(['10.1.0.0/16'], { deletionTimestamp: '2026-01-01T00:00:00Z' })
  assert.deepEqual(
    of([range(['10.97.0.0/16']), range(['10.96.0.0/16']), range(['10.96.0.0/16']), leaving], ['10.9.0.0/16']),
    ['10.96.0.0/16', '10.97.0.0/16'],
  )
  assert.deepEqual(of([], ['10.9.0.0/16']), ['10.9.0.0/16'])
  assert.match(String(of([], [])), /--service-cidr/)
})

test('a node outside has its ExternalIP, and one of before podCIDRs its podCIDR', () => {
  const far = node([['ExternalIP', '192.0.2.2']], { podCIDR: '10.244.9.0/24' })
  assert.deepEqual(nodeFacts('n1', far, [], { serviceCidrs: ['10.96.0.0/12'] }), {
    facts: { addresses: ['192.0.2.2'], podCidrs: ['10.244.9.0/24'], serviceCidrs: ['10.96.0.0/12'] },
  })
})

test('what is missing is said', () => {
  const settings = { serviceCidrs: ['fd00:96::/112'] }
  assert.deepEqual(nodeFacts('n1', undefined, [], settings), { missing: 'the API has no Node n1' })
  assert.deepEqual(nodeFacts('n1', node([['InternalIP', '10.0.0.2']]), [], settings), {
    missing: 'Node n1 has no InternalIP of its Services’ families yet',
  })
})
