import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { refusalText } from './event-text.ts'
import { type Guarded, preemptionOf } from './preemption.ts'
import { prospectOf } from './prospect.ts'
import { nodeWith } from './testing/placing.ts'

const pod = (name: string, priority: number, cpu: string, spec: object = {}, more: object = {}): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name },
    spec: { priority, containers: [{ name: 'c', resources: { requests: { cpu } } }], ...spec },
    ...more,
  }) as Pod

const outcome = (wanted: Pod, nodes: readonly ReturnType<typeof nodeWith>[], guardedOf?: Guarded) => {
  const cluster = { nodes, namespaceLabels: () => undefined }
  const prospect = prospectOf(wanted, cluster)
  assert.equal(prospect.kind, 'unschedulable')
  const refused = prospect.kind === 'unschedulable' ? prospect.refused : []
  const found = preemptionOf(wanted, refused, cluster, guardedOf)
  return found.kind === 'node'
    ? [found.name, ...found.victims.map(({ metadata }) => metadata?.name)]
    : refusalText(refused, found.why)
}

test('the least important leave, as few as will do', () => {
  const full = nodeWith('a', [pod('low', 1, '1'), pod('lower', 0, '2'), pod('high', 9, '1')])
  assert.deepEqual(outcome(pod('new', 5, '1'), [full]), ['a', 'lower'])
  assert.deepEqual(outcome(pod('new', 5, '3'), [full]), ['a', 'low', 'lower'])
})

test('of several nodes, the one that loses least', () => {
  const nodes = [
    nodeWith('a', [pod('a1', 3, '4')]),
    nodeWith('b', [pod('b1', 2, '2'), pod('b2', 1, '2')]),
    nodeWith('c', [pod('c1', 2, '4')]),
  ]
  assert.deepEqual(outcome(pod('new', 5, '4'), nodes), ['c', 'c1'])
  assert.deepEqual(
    outcome(pod('new', 5, '4'), nodes, (all) => all.filter(({ metadata }) => metadata?.name === 'c1')),
    ['b', 'b1', 'b2'],
  )
  const young = { status: { startTime: '2030-01-02T00:00:00Z' } }
  const old = { status: { startTime: '2030-01-01T00:00:00Z' } }
  const alike = [nodeWith('a', [pod('a1', 1, '4', {}, old)]), nodeWith('b', [pod('b1', 1, '4', {}, young)])]
  assert.deepEqual(outcome(pod('new', 5, '4'), alike), ['b', 'b1'])
})

test('ports and neighbours are made free as well', () => {
  const port = { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] }
  assert.deepEqual(outcome(pod('new', 5, '0', port), [nodeWith('a', [pod('old', 0, '0', port)])]), ['a', 'old'])
  const apart = {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {}, topologyKey: 'kubernetes.io/hostname' }],
      },
    },
  }
  assert.deepEqual(outcome(pod('new', 5, '0'), [nodeWith('a', [pod('old', 0, '0', apart)])]), ['a', 'old'])
})

test('where nobody can be sent away, the Event says of each node why, as kube-scheduler does', () => {
  const full = nodeWith('a', [pod('high', 9, '4')])
  const closed = nodeWith('b', [], { spec: { unschedulable: true } })
  const small = nodeWith('c', [pod('low', 0, '1')])
  assert.equal(
    outcome(pod('new', 5, '8'), [full, closed, small]),
    '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  )
  assert.equal(
    outcome(pod('new', 5, '1'), [full, closed]),
    '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
  )
  assert.match(
    String(outcome(pod('new', 5, '4', { preemptionPolicy: 'Never' }), [nodeWith('a', [pod('low', 0, '1')])])),
    /preemption: not eligible due to preemptionPolicy=Never\.$/,
  )
})

test('a pod for which others leave already sends nobody else away', () => {
  const leaving = pod('low', 0, '4')
  const going = { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2030-01-01T00:00:00Z' } } as Pod
  const wanted = pod('new', 5, '4', {}, { status: { nominatedNodeName: 'a' } })
  const nodes = [nodeWith('a', [going]), nodeWith('b', [pod('other', 0, '4')])]
  assert.match(String(outcome(wanted, nodes)), /not eligible due to a terminating pod on the nominated node\.$/)
})

test('budgets are asked of all together, the most important first, and whom they keep is spared', () => {
  const full = nodeWith('a', [pod('one', 1, '2'), pod('two', 2, '1'), pod('three', 3, '1')])
  let asked: readonly string[] = []
  const allButTwo: Guarded = (all) => {
    asked = all.map(({ metadata }) => metadata?.name ?? '')
    return all.slice(0, 2)
  }
  assert.deepEqual(outcome(pod('new', 5, '2'), [full], allButTwo), ['a', 'one'])
  assert.deepEqual(asked, ['three', 'two', 'one'])
})
