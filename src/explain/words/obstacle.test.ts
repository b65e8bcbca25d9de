import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Obstacle } from '#placement/obstacle.ts'
import { obstacleDetails } from './obstacle.ts'

const TABLE: readonly (readonly [obstacle: Obstacle, lines: readonly string[]])[] = [
  [{ code: 'unschedulable' }, []],
  [{ code: 'node-selector', missing: { disk: 'ssd' } }, []],
  [
    { code: 'untolerated-taint', taint: { key: 'gpu', value: 'yes', effect: 'NoSchedule' } },
    ['node-1 has the taint gpu=yes:NoSchedule'],
  ],
  [{ code: 'untolerated-taint', taint: { key: 'gpu', effect: 'NoExecute' } }, ['node-1 has the taint gpu:NoExecute']],
  [{ code: 'node-affinity' }, ['node-1 is none that its required node affinity means']],
  [
    { code: 'host-port-taken', protocol: 'UDP', ip: '0.0.0.0', port: 53, holder: 'default/dns' },
    ['port 53/UDP of node-1 is held by pod default/dns'],
  ],
  [{ code: 'too-many-pods', most: 110 }, ['node-1 has all the 110 pods that it takes']],
  [
    { code: 'spread-label-missing', topologyKey: 'zone' },
    ['node-1 has no label zone, over which its pods are to be spread'],
  ],
  [
    { code: 'spread', topologyKey: 'zone', skew: 3, maxSkew: 2 },
    ['on node-1 its pods would differ by 3 over zone, and 2 is the most'],
  ],
  [{ code: 'pod-affinity', topologyKey: 'zone' }, ['node-1 has no pod near, by zone, that it must be with']],
  [
    { code: 'pod-anti-affinity', topologyKey: 'zone', other: 'default/db' },
    ['pod default/db is near node-1, by zone, and it must not be with that'],
  ],
  [
    { code: 'existing-pod-anti-affinity', topologyKey: 'zone', other: 'default/db' },
    ['pod default/db is near node-1, by zone, and will not be with it'],
  ],
  [
    { code: 'claim-taken', claim: 'data', holder: 'default/db' },
    ['claim data is for one pod alone, and pod default/db has it'],
  ],
  [{ code: 'volume-elsewhere', claim: 'data', volume: 'pv' }, ['volume pv of claim data may not be used on node-1']],
  [{ code: 'volume-not-found', claim: 'data', volume: 'pv' }, ['volume pv of claim data is not there']],
  [
    { code: 'no-volume', claim: 'data' },
    ['no volume is there that claim data could have on node-1, and none can be made'],
  ],
  [{ code: 'claim-not-found', claim: 'data' }, ['there is no claim data']],
  [{ code: 'claim-awaited', claim: 'data' }, ['claim data is yet to be made for it']],
  [
    { code: 'claim-of-another', claim: 'a/data', pod: 'a/web' },
    ['claim a/data was not made for it, and has the name of its own'],
  ],
  [{ code: 'claim-leaving', claim: 'data' }, ['claim data is being deleted']],
  [{ code: 'claim-lost', claim: 'data', volume: 'pv' }, ['claim data has lost its volume pv']],
  [{ code: 'claims-unbound', claims: ['data', 'more'] }, ['it waits for volumes of its claims: data and more']],
  [
    { code: 'insufficient', resource: 'cpu', asked: 3000, free: 2500 },
    ['it asks for 3000m of cpu; free: 2500m on node-1'],
  ],
]

test('each obstacle is one line of its node; a cordon and labels are told by their cures alone', () => {
  for (const [obstacle, lines] of TABLE)
    assert.deepEqual(obstacleDetails([{ node: 'node-1', obstacles: [obstacle] }]), lines)
})

const short = (number: number, free: number) => ({
  node: `node-${number}`,
  obstacles: [{ code: 'insufficient', resource: 'cpu', asked: 9000, free } as const],
})

test('what is free is told once for each resource: the five nodes that have most, and no less than nothing', () => {
  const memory = {
    code: 'insufficient',
    resource: 'memory',
    asked: 2_147_483_648_000,
    free: 1_073_741_824_000,
  } as const
  assert.deepEqual(obstacleDetails([short(1, -500), { node: 'node-2', obstacles: [memory] }, short(3, 250)]), [
    'it asks for 9000m of cpu; free: 250m on node-3 and 0m on node-1',
    'it asks for 2048Mi of memory; free: 1024Mi on node-2',
  ])
  assert.deepEqual(obstacleDetails([1, 2, 3, 4, 5, 6].map((number) => short(number, number * 1000))), [
    'it asks for 9000m of cpu; free: 6000m on node-6, 5000m on node-5, 4000m on node-4, 3000m on node-3 and 2000m on node-2',
  ])
})

test('what a pod’s claims keep it from on every node alike is told once', () => {
  const obstacles = [{ code: 'claim-not-found', claim: 'data' } as const]
  const nodes = ['node-1', 'node-2'].map((name) => ({ node: name, obstacles }))
  assert.deepEqual(obstacleDetails(nodes), ['there is no claim data'])
})

test('no more than five nodes have lines of their own', () => {
  const nodes = [1, 2, 3, 4, 5, 6].map((number) => ({
    node: `node-${number}`,
    obstacles: [{ code: 'node-affinity' } as const],
  }))
  assert.equal(obstacleDetails(nodes).length, 5)
})
