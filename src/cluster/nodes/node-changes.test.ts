import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterConfig } from '../config.ts'
import { planCluster, type RangeFlags } from '../ranges/cluster-plan.ts'
import {
  addNode,
  nodeNamed,
  pauseNode,
  removeNode,
  startNode,
  stopForRemoval,
  stopNode,
  unpauseNode,
} from './node-changes.ts'

const plan = (nodes = 3, ranges: RangeFlags = {}): ClusterConfig =>
  planCluster(
    {
      name: 'ci',
      stateDir: '/s/ci',
      nodes,
      loadBalancer: 'pool',
      egress: false,
      ephemeral: false,
      audit: false,
      allowHostAccess: false,
      ranges,
      others: [],
    },
    { routes: () => [], isPortFree: () => true },
  )
const states = ({ nodes }: ClusterConfig) => nodes.map(({ name, state }) => `${name}${state ? ` ${state}` : ''}`)

test('a node is named by its name or its number, and who is unknown is told who there is', () => {
  assert.equal(nodeNamed(plan(), '2').name, 'node-2')
  assert.throws(() => nodeNamed(plan(), 'node-9'), {
    code: 'NODE_UNKNOWN',
    message: 'cluster ci has no node node-9',
    hint: 'its nodes: node-1, node-2, node-3',
  })
})

test('a node stops, is paused and comes back; what it is already is refused with the way out', () => {
  const stopped = stopNode('node-2')(plan())
  assert.deepEqual(states(stopped), ['node-1', 'node-2 stopped', 'node-3'])
  assert.deepEqual(states(startNode('2')(stopped)), ['node-1', 'node-2', 'node-3'])
  assert.deepEqual(startNode('2')(stopped), plan(), 'nothing of it stays')
  const paused = pauseNode('node-1')(stopped)
  assert.deepEqual(states(paused), ['node-1 paused', 'node-2 stopped', 'node-3'])
  assert.deepEqual(states(stopNode('node-1')(paused)), ['node-1 stopped', 'node-2 stopped', 'node-3'])
  for (const back of [startNode, unpauseNode]) assert.equal(states(back('node-1')(paused))[0], 'node-1')
  for (const [change, message, hint] of [
    [stopNode('2'), /node node-2 of cluster ci is stopped already/, 'start it: fairlead node start node-2 --name ci'],
    [pauseNode('1'), /node-1 .* is paused already/, 'undo it: fairlead node unpause node-1 --name ci'],
    [pauseNode('2'), /node-2 .* is stopped: nothing runs there/, /node start node-2/],
    [startNode('3'), /node-3 .* is up already/, /fairlead status ci/],
    [unpauseNode('2'), /node-2 .* is not paused but stopped/, /node start node-2/],
    [unpauseNode('3'), /node-3 .* is not paused/, /fairlead status ci/],
  ] as const)
    assert.throws(() => change(paused), { code: 'NODE_STATE', message, hint })
})

test('one more has the lowest number that is free, and its ranges with it', () => {
  const four = addNode({})(plan())
  assert.deepEqual(four.nodes.at(-1), {
    name: 'node-4',
    number: 4,
    namespace: 'fairlead-ci-node-4',
    addresses: ['172.30.0.5', 'fd00:172:30::5'],
    podCidrs: ['10.244.4.0/24', 'fd00:10:244:4::/64'],
  })
  const without = removeNode('node-2')(four)
  const again = addNode({ name: 'big', zone: 'eu', labels: { disk: 'fast' }, taints: [] })(without)
  assert.deepEqual(
    again.nodes.map(({ name, number }) => [name, number]),
    [
      ['node-1', 1],
      ['big', 2],
      ['node-3', 3],
      ['node-4', 4],
    ],
  )
  assert.deepEqual(again.nodes[1]?.podCidrs, ['10.244.2.0/24', 'fd00:10:244:2::/64'])
  assert.throws(() => addNode({ name: 'big' })(again), { code: 'NODE_TAKEN', message: /has a node big already/ })
  // A name that is a number's keeps that number from being chosen blindly.
  assert.equal(addNode({})(addNode({ name: 'node-5' })(four)).nodes.at(-1)?.name, 'node-6')
})

test('one that has no room is refused, and says which range has none', () => {
  const small = plan(3, { clusterCidr: '10.244.0.0/22,fd00:10:244::/56' })
  let config = small
  assert.throws(
    () => {
      for (;;) config = addNode({})(config)
    },
    { code: 'RANGE_INVALID', message: /cluster-cidr 10\.244\.0\.0\/22: has 15 blocks of \/26, for 16 nodes/ },
  )
  assert.equal(config.nodes.length, 15)
  const narrow = plan(1, { nodeCidr: '172.30.0.0/28,fd00:172:30::/64' })
  let full = narrow
  assert.throws(
    () => {
      for (;;) full = addNode({})(full)
    },
    { code: 'RANGE_INVALID', message: /node-cidr 172\.30\.0\.0\/28/ },
  )
  assert.ok(full.nodes.length > 1)
  const most = plan(250)
  assert.throws(() => addNode({})(most), { code: 'NODES_INVALID', message: /has 250 nodes, and no room for more/ })
})

test('who is to go stops first, and the last one stays', () => {
  assert.deepEqual(states(stopForRemoval('1')(plan(2))), ['node-1 stopped', 'node-2'])
  for (const change of [stopForRemoval, removeNode])
    assert.throws(() => change('node-1')(plan(1)), {
      code: 'NODE_LAST',
      message: 'node-1 is the last node of cluster ci',
      hint: /fairlead node add --name ci; or .*: fairlead down ci/,
    })
})

test('a node that comes to a cluster of one family has an address and a range of that one', () => {
  for (const [range, address, podCidr] of [
    ['10.1.0.0/16', '172.30.0.5', '10.1.4.0/24'],
    ['fd00:1::/56', 'fd00:172:30::5', 'fd00:1:0:4::/64'],
  ] as const) {
    const { addresses, podCidrs } = addNode({})(plan(3, { clusterCidr: range })).nodes[3]!
    assert.deepEqual([addresses, podCidrs], [[address], [podCidr]])
  }
})
