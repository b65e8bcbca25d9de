import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import type { Matrix } from '#explain/trace/policies/matrix.ts'
import { lostNodes, planProbes } from './probe-plan.ts'

const pod = (name: string, nodeName: string, ...ips: readonly string[]): Pod =>
  ({
    metadata: { namespace: 'x', name },
    spec: { nodeName },
    status: { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) },
  }) as unknown as Pod
const pods = [
  pod('web-1', 'node-1', '10.0.1.1', 'fd00::11'),
  pod('web-2', 'node-2', '10.0.2.1', 'fd00::21'),
  pod('db-0', 'node-2', '10.0.2.2', 'fd00::22'),
]
const cell = (from: string, to: string) => ({ from: `x/${from}`, to: `x/${to}`, port: 80, passes: true })
const matrix = (family: Matrix['family'], ...cells: readonly ReturnType<typeof cell>[]): Matrix =>
  ({
    protocol: 'TCP',
    family,
    groups: [
      { namespace: 'x', name: 'web', pods: ['web-1', 'web-2'] },
      { namespace: 'x', name: 'db', pods: ['db-0'] },
    ],
    cells,
  }) as unknown as Matrix
const planned = (lost: readonly string[], from: string, to: string, family: Matrix['family'] = 'IPv4') => {
  const [one] = planProbes(matrix(family, cell(from, to)), pods, new Set(lost))
  return [one?.sender?.metadata?.name, one?.address, one?.lost]
}

test('nobody is asked who is at a node that is lost, and nobody there asks; the node is named', () => {
  assert.deepEqual(planned([], 'web', 'db'), ['web-1', '10.0.2.2', undefined])
  assert.deepEqual(planned(['node-2'], 'web', 'db'), [undefined, undefined, 'node-2'])
  assert.deepEqual(planned(['node-2'], 'db', 'web'), [undefined, undefined, 'node-2'])
  assert.deepEqual(
    planned(['node-1'], 'web', 'db', 'IPv6'),
    ['web-2', 'fd00::22', undefined],
    'another pod of the group',
  )
  assert.deepEqual(planned(['node-1'], 'db', 'web'), ['db-0', '10.0.2.1', undefined])
})

test('of a group with itself one pod asks another, if both are there', () => {
  assert.deepEqual(planned([], 'web', 'web'), ['web-1', '10.0.2.1', undefined])
  assert.deepEqual(planned(['node-2'], 'web', 'web'), [undefined, undefined, 'node-2'])
  assert.deepEqual(planned([], 'db', 'db'), ['db-0', '10.0.2.2', undefined], 'a pod alone asks itself')
})

test('lost are nodes that were stopped or paused, before the API knows of it, and those that are not Ready', () => {
  const node = (name: string, status?: string) =>
    ({ metadata: { name }, status: { conditions: status ? [{ type: 'Ready', status }] : [] } }) as unknown as Node
  const plan = [{ name: 'a' }, { name: 'b', state: 'stopped' }, { name: 'c', state: 'paused' }]
  const nodes = [node('a', 'True'), node('b', 'True'), node('c', 'True'), node('d', 'Unknown'), node('e')]
  assert.deepEqual([...lostNodes(plan as unknown as ClusterConfig['nodes'], nodes)], ['b', 'c', 'd', 'e'])
})
