import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { nodeObject } from './node-object.ts'
import { registerNode } from './node-registration.ts'

const info = { operatingSystem: 'linux', architecture: 'amd64' } as never
const machine = { cpus: 2, memoryBytes: 1024, diskBytes: 1024, info }
const here = {
  name: 'n1',
  addresses: [],
  podCidrs: ['10.244.1.0/24'],
  zone: 'eu-1',
  labels: { disk: 'fast' },
  taints: [{ key: 'only', value: 'db', effect: 'NoSchedule' }],
} as const

test('labels and taints are what a Node is made with; what is taken off stays off, but for what its kubelet looks after', async () => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  const wanted = nodeObject(here, machine, '2026-01-01T00:00:00Z', {})
  const register = () =>
    registerNode(client, nodes, wanted, {
      clock,
      signal: new AbortController().signal,
      onError: (error) => assert.fail(String(error)),
      record: () => undefined,
    })
  await register()
  const now = () => client.all(nodes)[0]!
  assert.equal(now().metadata?.labels?.disk, 'fast')
  assert.equal(now().metadata?.labels?.['topology.kubernetes.io/zone'], 'eu-1')
  assert.deepEqual(now().spec?.taints, here.taints)

  const labels = { disk: null, team: 'a', 'topology.kubernetes.io/zone': 'moon', 'kubernetes.io/hostname': null }
  const taints = [{ key: 'mine', effect: 'NoExecute' }]
  await client.patch(nodes, 'n1', 'merge', { metadata: { labels }, spec: { taints } })
  await register()
  assert.equal(now().metadata?.labels?.disk, undefined)
  assert.equal(now().metadata?.labels?.team, 'a')
  assert.equal(now().metadata?.labels?.['topology.kubernetes.io/zone'], 'eu-1')
  assert.equal(now().metadata?.labels?.['kubernetes.io/hostname'], 'n1')
  assert.deepEqual(now().spec?.taints, taints)
  assert.deepEqual(now().spec?.podCIDRs, ['10.244.1.0/24'])
})
