import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeSystemInfo } from '#api/core/node/message.ts'
import { keptOfNode, nodeConditions, nodeObject, nodeResources } from './node-object.ts'
import { nodeSecurity } from './node-security.ts'

const NOW = '2026-01-01T00:00:00Z'
const LATER = '2026-01-01T01:00:00Z'
const info = { operatingSystem: 'linux', architecture: 'arm64', kernelVersion: '6.18.0' } as NodeSystemInfo
const machine = { cpus: 4, memoryBytes: 8 * 1024 + 1, diskBytes: 16 * 1024 + 1023, info }
const node = { name: 'n1', addresses: ['172.30.0.2', 'fd00::2'], podCidrs: ['10.244.1.0/24', 'fd00::/64'] }

test('a Node says what its machine is and has, where it is reached, and which pods are its own', () => {
  const { metadata, spec, status } = nodeObject({ ...node, zone: 'eu-1', labels: { disk: 'fast' } }, machine, NOW, {
    port: 10250,
    handlers: ['', 'virtual'],
  })
  assert.deepEqual(metadata, {
    name: 'n1',
    labels: {
      'beta.kubernetes.io/arch': 'arm64',
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'arm64',
      'kubernetes.io/hostname': 'n1',
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/zone': 'eu-1',
      disk: 'fast',
    },
  })
  assert.deepEqual(spec, { podCIDR: '10.244.1.0/24', podCIDRs: node.podCidrs })
  assert.deepEqual(status?.addresses, [
    { type: 'InternalIP', address: '172.30.0.2' },
    { type: 'InternalIP', address: 'fd00::2' },
    { type: 'Hostname', address: 'n1' },
  ])
  assert.deepEqual(status?.daemonEndpoints, { kubeletEndpoint: { Port: 10_250 } })
  assert.deepEqual([status?.capacity, status?.allocatable], [nodeResources(machine), nodeResources(machine)])
  assert.deepEqual(nodeResources(machine), { cpu: '4', 'ephemeral-storage': '16Ki', memory: '8Ki', pods: '110' })
  assert.deepEqual(
    status?.runtimeHandlers?.map(({ name, features }) => [name, features?.userNamespaces]),
    [
      ['', true],
      ['virtual', false],
    ],
  )
  const bare = nodeObject({ ...node, podCidrs: [], taints: [] }, machine, NOW, {})
  assert.deepEqual(bare.spec, { podCIDR: '', podCIDRs: [] })
  assert.deepEqual(bare.status?.runtimeHandlers?.length, 1)
  assert.equal('topology.kubernetes.io/zone' in (bare.metadata?.labels ?? {}), false)
})

test('a pod may have users of its own from Linux 6.3 on', () => {
  const has = (kernelVersion: string) =>
    nodeObject(node, { ...machine, info: { ...info, kernelVersion } }, NOW, {}).status?.runtimeHandlers?.[0]?.features
      ?.userNamespaces
  assert.deepEqual(['5.15.0', '6.0.1', '6.2.16', '6.3.0', '6.18.1-generic', '7.0.0', ''].map(has), [
    ...[false, false, false, true, true, true, false],
  ])
})

test('of labels and taints a kubelet looks after those alone that tell of its machine', () => {
  const taints = [{ key: 'only', value: 'db', effect: 'NoSchedule' as const }]
  const whole = nodeObject({ ...node, zone: 'eu-1', labels: { disk: 'fast' }, taints }, machine, NOW, {})
  assert.deepEqual(whole.spec?.taints, taints)
  const { disk: _, ...labels } = whole.metadata?.labels ?? {}
  assert.equal(Object.keys(labels).length, 6)
  assert.deepEqual(keptOfNode(whole), {
    metadata: { labels },
    spec: { podCIDR: node.podCidrs[0], podCIDRs: node.podCidrs },
  })
})

test('what a node has against itself is told by its conditions, and when one turned stays as it was', () => {
  const shown = (...given: Parameters<typeof nodeConditions>) =>
    nodeConditions(...given).map((one) => `${one.type} ${one.status} ${one.reason} ${one.lastTransitionTime}`)
  const quiet = (at: string, disk = `DiskPressure False KubeletHasNoDiskPressure ${at}`) => [
    `MemoryPressure False KubeletHasSufficientMemory ${at}`,
    disk,
    `PIDPressure False KubeletHasSufficientPID ${at}`,
  ]
  const before = nodeConditions(undefined, NOW)
  assert.deepEqual(shown(undefined, NOW), [...quiet(NOW), `Ready True KubeletReady ${NOW}`])
  assert.deepEqual(shown(before, LATER), [...quiet(NOW), `Ready True KubeletReady ${NOW}`])
  assert.deepEqual(shown(before, LATER, { fault: 'no network', isDiskShort: true, unlimited: ['cpu'] }), [
    ...quiet(NOW, `DiskPressure True KubeletHasDiskPressure ${LATER}`),
    `LimitsNotEnforced True CgroupControllersMissing ${LATER}`,
    `Ready False KubeletNotReady ${LATER}`,
  ])
  assert.ok(nodeConditions(before, LATER).every(({ lastHeartbeatTime }) => lastHeartbeatTime === LATER))
  assert.equal(nodeConditions(before, LATER, { fault: 'no network' }).at(-1)?.message, 'no network')
})

test('what nobody says of a node’s security is as with any kubelet, and what is said holds', () => {
  const { seccompDir, hostAccess, machinePath } = nodeSecurity({}, '/state')
  assert.deepEqual([seccompDir, hostAccess, machinePath('/etc')], ['/state/seccomp', true, '/etc'])
  for (const hasAppArmor of [true, false]) {
    const said = { seccompDir: '/s', hostAccess: false, hasAppArmor, machinePath: () => '/m' }
    assert.deepEqual(nodeSecurity(said, '/state'), said)
  }
})
