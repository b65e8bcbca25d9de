import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { clusterNodeOf } from './cluster-node-of.ts'
import { formerSettingsFile } from './former-settings-file.ts'

test('of a Node count its first InternalIP of each family, its ranges, and what it says of the way to it', () => {
  const node = {
    metadata: {
      name: 'n1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      annotations: { 'fairlead.dev/pod-network-mode': 'vxlan' },
    },
    spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24', 'FD00:244:0:1::/64', 'none'] },
    status: {
      addresses: [
        { type: 'Hostname', address: 'n1' },
        { type: 'ExternalIP', address: '203.0.113.1' },
        { type: 'InternalIP', address: 'fd00:0::1' },
        { type: 'InternalIP', address: '172.30.0.1' },
        { type: 'InternalIP', address: '172.30.9.1' },
      ],
    },
  } as unknown as Node
  assert.deepEqual(clusterNodeOf(node), {
    name: 'n1',
    addresses: ['172.30.0.1', 'fd00::1'],
    podCidrs: ['10.244.1.0/24', 'fd00:244:0:1::/64'],
    mode: 'vxlan',
    created: '2026-01-01T00:00:00Z',
  })
  const alone = clusterNodeOf(node, false)
  assert.deepEqual([alone.addresses, alone.podCidrs], [['172.30.0.1'], ['10.244.1.0/24']])
  const bare = clusterNodeOf({
    metadata: { name: 'n2', annotations: { 'fairlead.dev/pod-network-mode': 'pigeons' } },
  } as never)
  assert.deepEqual(bare, { name: 'n2', addresses: [], podCidrs: [], mode: undefined, created: '' })
  assert.deepEqual(clusterNodeOf({ spec: { podCIDR: '10.244.1.7/24' } } as never).podCidrs, ['10.244.1.0/24'])
})

test('settings as they were are in a file, while there are any', () => {
  const folder = mkdtempSync(`${tmpdir()}/fl-former-`)
  const file = formerSettingsFile(folder)
  assert.deepEqual(file.read(), {})
  file.write({ 'ipv4/ip_forward': '0' })
  assert.deepEqual(formerSettingsFile(folder).read(), { 'ipv4/ip_forward': '0' })
  file.write({})
  file.write({})
  assert.deepEqual([file.read(), readdirSync(folder)], [{}, []])
  rmSync(folder, { recursive: true })
})
