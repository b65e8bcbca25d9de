import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jobs } from '#api/batch/job/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { startCluster } from '../testing/cluster.ts'
import { makeJob } from '../testing/job.ts'

const scope = { namespace: 'default' }

test('a finished Job goes with its pods after its time, and one that is given more time after that', async () => {
  const cluster = await startCluster({ nodes: 1, only: ['job', 'ttl-after-finished', 'garbage-collector'] })
  const { client } = cluster
  for (const name of ['short', 'long', 'kept'])
    await client.create(jobs, makeJob(name, name === 'kept' ? {} : { ttlSecondsAfterFinished: 10 }))
  await cluster.settle()
  for (const pod of client.all(pods))
    await client.update(pods, { ...pod, status: { phase: 'Succeeded' } }, { ...scope, subresource: 'status' })
  await cluster.settle()
  assert.equal(client.all(jobs).length, 3)
  cluster.clock.advance(9000)
  await cluster.settle()
  await client.patch(jobs, 'long', 'merge', { spec: { ttlSecondsAfterFinished: 20 } }, scope)
  cluster.clock.advance(1000)
  await cluster.settle()
  const left = () => client.all(jobs).map(({ metadata }) => metadata?.name)
  assert.deepEqual([left(), client.all(pods).length], [['long', 'kept'], 2])
  cluster.clock.advance(10_000)
  await cluster.settle()
  assert.deepEqual([left(), client.all(pods).length], [['kept'], 1])
  cluster.stop()
})

test('a Job that has not ended stays, however short its time', async () => {
  const cluster = await startCluster({ nodes: 1, only: ['job', 'ttl-after-finished'] })
  await cluster.client.create(jobs, makeJob('work', { ttlSecondsAfterFinished: 0 }))
  await cluster.settle()
  cluster.clock.advance(60_000)
  await cluster.settle()
  assert.equal(cluster.client.all(jobs).length, 1)
  cluster.stop()
})
