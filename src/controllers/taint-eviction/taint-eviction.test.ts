import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Taint } from '#api/core/node/taint.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import { makeDeployment, startCluster, type TestCluster } from '../testing/cluster.ts'
import { evictingTaints, evictionTime } from './desired.ts'

const UNREACHABLE: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }
const MAINTENANCE: Taint = { key: 'maintenance', value: 'yes', effect: 'NoExecute' }
const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`
const ms = (second: number): number => Date.parse(at(second))
const staying = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
})
const pod = (...tolerations: Toleration[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', creationTimestamp: at(1) },
  spec: { nodeName: 'node-1', containers: [{ name: 'm', image: 'x' }], tolerations },
})
const seenAt = () => ms(10)

test('evictionTime() is at once without a toleration, never with one for good, else after its seconds', () => {
  assert.equal(evictionTime(pod(), [MAINTENANCE], seenAt), 0)
  assert.equal(evictionTime(pod(), [], seenAt), undefined)
  assert.equal(evictionTime(pod(staying('maintenance')), [MAINTENANCE], seenAt), undefined)
  assert.equal(evictionTime(pod({ operator: 'Exists' }), [MAINTENANCE, UNREACHABLE], seenAt), undefined)
  assert.equal(evictionTime(pod(staying('maintenance', 30)), [MAINTENANCE], seenAt), ms(40))
  assert.equal(evictionTime(pod(staying('maintenance', 0)), [MAINTENANCE], seenAt), 0)
  assert.equal(evictionTime(pod(staying('maintenance', -5)), [MAINTENANCE], seenAt), 0)
})

test('evictionTime() takes the shortest of several taints, each by the first toleration that fits it', () => {
  const both = pod(staying(UNREACHABLE.key, 20), staying('maintenance', 5), staying('maintenance', 1))
  assert.equal(evictionTime(both, [MAINTENANCE, UNREACHABLE], seenAt), ms(15))
  assert.equal(evictionTime(pod(staying('maintenance', 5)), [MAINTENANCE, UNREACHABLE], seenAt), 0)
})

test('evictionTime() counts from the taint, or from when the pod was bound under it', () => {
  const late = {
    ...pod(staying('maintenance', 5)),
    status: { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(20) }] },
  }
  assert.equal(evictionTime(late, [MAINTENANCE], seenAt), ms(25))
  assert.equal(evictionTime(pod(staying('maintenance', 5)), [{ ...MAINTENANCE, timeAdded: at(3) }], seenAt), ms(8))
})

test('only NoExecute evicts', () => {
  const spec = { taints: [{ key: 'a', effect: 'NoSchedule' as const }, MAINTENANCE] }
  assert.deepEqual(evictingTaints({ apiVersion: 'v1', kind: 'Node', spec }), [MAINTENANCE])
  assert.deepEqual(evictingTaints(undefined), [])
})

const taint = async (cluster: TestCluster, name: string, taints: readonly Taint[] | null): Promise<void> => {
  await cluster.client.patch(nodes, name, 'merge', { spec: { taints } })
  await cluster.settle()
}
const reasons = (cluster: TestCluster): readonly (string | undefined)[] =>
  cluster.client
    .all(events)
    .filter(({ reason }) => reason === 'TaintManagerEviction')
    .map(({ message }) => message)

test('a pod that does not tolerate the taint is deleted with the reason, and its Deployment makes another elsewhere', async () => {
  const cluster = await startCluster({ nodes: 2 })
  await cluster.client.create(deployments, makeDeployment('web', 1))
  await cluster.converge()
  const [before] = cluster.client.all(pods)
  const home = before!.spec!.nodeName!
  await taint(cluster, home, [MAINTENANCE])
  const going = cluster.client.all(pods).find(({ metadata }) => metadata?.uid === before!.metadata!.uid)
  assert.ok(going?.metadata?.deletionTimestamp, 'it is told to go')
  const condition = going?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  assert.deepEqual([condition?.status, condition?.reason], ['True', 'DeletionByTaintManager'])
  await cluster.converge()
  const after = cluster.client.all(pods)
  assert.equal(after.length, 1)
  assert.notEqual(after[0]!.spec!.nodeName, home)
  assert.deepEqual(reasons(cluster), [`Marking for deletion Pod default/${before!.metadata!.name}`])
  cluster.stop()
})

test('a pod stays its tolerationSeconds, for good where the taint goes in time, and also over a restart of the controller', async () => {
  const cluster = await startCluster({ nodes: 1, only: ['taint-eviction'] })
  const made = pod(staying('maintenance', 300))
  await cluster.client.create(pods, { ...made, metadata: { name: 'p', namespace: 'default' } })
  await cluster.settle()
  const isThere = () => cluster.client.all(pods).some(({ metadata }) => metadata?.deletionTimestamp === undefined)
  await taint(cluster, 'node-1', [MAINTENANCE])
  cluster.clock.advance(299_000)
  await cluster.settle()
  assert.ok(isThere())
  await taint(cluster, 'node-1', null)
  assert.deepEqual(reasons(cluster), ['Cancelling deletion of Pod default/p'])
  cluster.clock.advance(10_000)
  await cluster.settle()
  assert.ok(isThere())
  await taint(cluster, 'node-1', [{ ...MAINTENANCE, timeAdded: new Date(cluster.clock.now()).toISOString() }])
  cluster.clock.advance(200_000)
  await cluster.restart()
  await cluster.settle()
  assert.ok(isThere())
  cluster.clock.advance(101_000)
  await cluster.settle()
  assert.ok(!isThere())
  cluster.stop()
})

test('a pod that is bound under a taint which it tolerates for a while goes after that while', async () => {
  const cluster = await startCluster({ nodes: 1, only: ['taint-eviction'] })
  await taint(cluster, 'node-1', [MAINTENANCE])
  cluster.clock.advance(500_000)
  await cluster.client.create(pods, {
    ...pod(staying('maintenance', 60)),
    metadata: { name: 'p', namespace: 'default' },
  })
  await cluster.settle()
  const isThere = () => cluster.client.all(pods).some(({ metadata }) => metadata?.deletionTimestamp === undefined)
  cluster.clock.advance(59_000)
  await cluster.settle()
  assert.ok(isThere())
  cluster.clock.advance(2_000)
  await cluster.settle()
  assert.ok(!isThere())
  cluster.stop()
})
