import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { clusterState } from './cluster-state.ts'
import { prospectOf, schedulerOf, waitsForNode } from './prospect.ts'
import { amountText } from './requests.ts'
import { nodeWith } from './testing/placing.ts'

const pod = (spec: Partial<NonNullable<Pod['spec']>> = {}, more: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  ...more,
  spec: { containers: [{ name: 'main', image: 'x' }], ...spec },
})
const cordoned = { spec: { unschedulable: true } }
const stateOf = (...nodes: ReturnType<typeof nodeWith>[]) => ({ nodes, namespaceLabels: () => undefined })

test('a pod with gates is held back, whatever the nodes say', () => {
  const gated = pod({ schedulingGates: [{ name: 'example.com/a' }, { name: 'example.com/b' }] })
  assert.deepEqual(prospectOf(gated, stateOf(nodeWith('a'))), {
    kind: 'gated',
    gates: ['example.com/a', 'example.com/b'],
  })
  assert.equal(prospectOf(pod({ schedulingGates: [{ name: 'example.com/a' }] }), stateOf(nodeWith('a'))).kind, 'gated')
})

test('where one node takes it the others do not count; where none does, each says why', () => {
  const [open, closed] = [nodeWith('a'), nodeWith('b', [], cordoned)]
  assert.deepEqual(prospectOf(pod(), stateOf(closed, open)), { kind: 'possible', nodes: [open] })
  assert.deepEqual(prospectOf(pod(), stateOf(closed)), {
    kind: 'unschedulable',
    refused: [{ node: 'b', obstacles: [{ code: 'unschedulable' }] }],
  })
  assert.deepEqual(prospectOf(pod(), stateOf()), { kind: 'unschedulable', refused: [] })
})

test('who is to place a pod, and whether it still waits for that', () => {
  assert.equal(schedulerOf(pod()), 'default-scheduler')
  assert.equal(schedulerOf(pod({ schedulerName: 'mine' })), 'mine')
  const leaving = { metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.equal(waitsForNode(pod()), true)
  assert.equal(waitsForNode(pod({ nodeName: 'a' })), false)
  assert.equal(waitsForNode(pod({}, { status: { phase: 'Failed' } })), false)
  assert.equal(waitsForNode(pod({}, leaving)), false)
})

test('a cluster’s state: what is bound to each node, without nodes on their way out', () => {
  const node = (name: string, more: object = {}): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...more },
    status: { capacity: { cpu: '2' } },
  })
  const bound = pod({ containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '250m' } } }] })
  const { nodes } = clusterState(
    [node('a'), node('b', { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    (name) => (name === 'a' ? [bound, bound] : []),
    () => undefined,
  )
  assert.deepEqual(
    nodes.map((one) => [
      one.node.metadata?.name,
      one.pods.length,
      one.requested.get('cpu'),
      one.allocatable.get('cpu'),
    ]),
    [['a', 2, 500, 2000]],
  )
})

test('amounts in the units that people write, rounded down', () => {
  assert.equal(amountText('cpu', 1500.9), '1500m')
  assert.equal(amountText('memory', (2 * 2 ** 20 - 1) * 1000), '1Mi')
  assert.equal(amountText('memory', 2 ** 30 * 1000), '1024Mi')
  assert.equal(amountText('example.com/gpu', 2999), '2')
  assert.equal(amountText('example.com/gpu', 5000), '5')
})
