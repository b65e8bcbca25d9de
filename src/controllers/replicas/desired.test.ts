import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { planReplicas, replicasStatus } from './desired.ts'

const now = Date.parse('2026-01-02T00:00:00Z')
const pod = (
  name: string,
  more: { node?: string; phase?: string; ready?: boolean; since?: string; cost?: string; deleted?: boolean } = {},
) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(more.cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': more.cost } } : {}),
      ...(more.deleted ? { deletionTimestamp: '2026-01-02T00:00:00Z' } : {}),
    },
    spec: { nodeName: more.node ?? 'a' },
    status: {
      phase: more.phase ?? 'Running',
      conditions: [
        {
          type: 'Ready',
          status: (more.ready ?? true) ? 'True' : 'False',
          lastTransitionTime: more.since ?? '2026-01-01T00:00:00Z',
        },
      ],
    },
  }) as Pod
const set = (replicas: number, minReadySeconds = 0) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { uid: 'r', generation: 1 },
    spec: { replicas, minReadySeconds },
  }) as ReplicaSet

test('planReplicas() deletes in the order of Kubernetes: unassigned, pending, not ready, cost, crowded, young', () => {
  const pods = [
    pod('old'),
    pod('young', { since: '2026-01-01T23:59:50Z' }),
    pod('crowded', { node: 'b' }),
    pod('cheap', { cost: '-5' }),
    pod('unready', { ready: false }),
    pod('pending', { phase: 'Pending', ready: false }),
    pod('unassigned', { node: '', phase: 'Pending', ready: false }),
  ]
  const related = [pod('neighbour', { node: 'b' }), pod('another', { node: 'b' }), pod('lonely')]
  const ranked = planReplicas(set(0), pods, new Set(), related, now).delete.map(({ metadata }) => metadata?.name)
  assert.deepEqual(ranked, ['unassigned', 'pending', 'unready', 'cheap', 'crowded', 'young', 'old'])
})

test('planReplicas() neither counts pods that are going nor those it has told to go', () => {
  const pods = [pod('a'), pod('b'), pod('c', { deleted: true })]
  assert.deepEqual(planReplicas(set(2), pods, new Set(), [], now), { create: 0, delete: [] })
  assert.equal(planReplicas(set(2), pods, new Set(['b']), [], now).create, 1)
  assert.equal(planReplicas(set(1), pods, new Set(['b']), [], now).delete.length, 0)
  assert.equal(planReplicas(set(0), pods, new Set(), [], now).delete.length, 2)
})

test('replicasStatus() calls a pod available minReadySeconds after it became ready, and says when', () => {
  const pods = [pod('a'), pod('b', { since: '2026-01-01T23:59:55Z' }), pod('c', { deleted: true })]
  const { status, dueIn } = replicasStatus(set(2, 10), pods, undefined, now)
  assert.equal(status.readyReplicas, 2)
  assert.equal(status.availableReplicas, 1)
  assert.equal(status.terminatingReplicas, 1)
  assert.equal(dueIn, 5000)
})
