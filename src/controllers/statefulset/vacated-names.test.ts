import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statefulSets } from '#api/apps/statefulset/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { startCluster } from '../testing/cluster.ts'
import { makeStatefulSet } from '../testing/stateful-set.ts'

const scope = { namespace: 'default' }

/** A cluster with a set of one pod, and the milliseconds from the deletion of that pod to its successor's creation. */
const startSet = async () => {
  // The pod, and its binding to a node.
  const made: number[] = []
  const cluster = await startCluster({
    nodes: 1,
    fake: {
      fault: (verb, { plural }) => {
        if (verb === 'create' && plural === 'pods') made.push(cluster.clock.now())
        return undefined
      },
    },
  })
  await cluster.client.create(statefulSets, makeStatefulSet('web', 1))
  await cluster.converge()
  const untilSuccessor = async (deletion: () => Promise<unknown>): Promise<number> => {
    const before = made.length
    const { metadata } = await cluster.client.get(pods, 'web-0', scope)
    await deletion()
    const asked = cluster.clock.now()
    await cluster.converge()
    assert.notEqual((await cluster.client.get(pods, 'web-0', scope)).metadata?.uid, metadata?.uid)
    return made[before]! - asked
  }
  return { cluster, untilSuccessor }
}

test('the name of a pod that somebody takes away rests, so that kubectl delete sees that the pod has gone', async () => {
  const { cluster, untilSuccessor } = await startSet()
  for (let round = 0; round < 2; round++) {
    const waited = await untilSuccessor(() => cluster.client.delete(pods, 'web-0', scope))
    assert.ok(waited >= 300, `${waited} ms`)
    assert.ok(waited < 1000, `${waited} ms`)
  }
  cluster.stop()
})

test('who is replaced by a rolling update has a successor at once', async () => {
  const { cluster, untilSuccessor } = await startSet()
  const template = { spec: { containers: [{ name: 'c', image: 'other' }] } }
  const waited = await untilSuccessor(() =>
    cluster.client.patch(statefulSets, 'web', 'merge', { spec: { template } }, scope),
  )
  assert.ok(waited < 300, `${waited} ms`)
  cluster.stop()
})
