import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { eventually } from '../testing/eventually.ts'
import { startCluster } from '../testing/start-cluster.ts'
import { DiskRoom } from './disk-room.ts'

const MI = 2 ** 20

test('a disk is short when next to nothing is left of it, and well again with twice as much', () => {
  let availableBytes = 2 * MI
  const small = new DiskRoom(() => ({ availableBytes, totalBytes: 100 * MI }))
  assert.deepEqual(small.look(), { availableBytes, totalBytes: 100 * MI, thresholdBytes: MI, missingBytes: 0 })
  availableBytes = MI - 1
  assert.equal(small.look().missingBytes, MI + 1)
  availableBytes = 2 * MI - 1
  assert.equal(small.isShort, true)
  availableBytes = 2 * MI
  assert.equal(small.isShort, false)
  const large = new DiskRoom(() => ({ availableBytes: 300 * MI, totalBytes: 2 ** 40 }))
  assert.equal(large.isShort, false, 'of a large disk not its hundredth')
})

test('where the disk is all but full, its node says so, and who filled it is evicted, and nobody else', async () => {
  const clock = new HandClock()
  let availableBytes = 50 * MI
  const cluster = await startCluster(clock, { room: () => ({ availableBytes, totalBytes: 100 * MI }) })
  const spec = (name: string) => ({
    containers: [{ name: 'c', image: 'fairlead/echo' }],
    volumes: [{ name: 'v', emptyDir: {} }],
    ...(name === 'critical' && { priority: 2_000_000_000 }),
  })
  const folders = new Map<string, string>()
  for (const name of ['small', 'greedy', 'critical']) {
    const { metadata } = await cluster.pod(name, spec(name))
    await cluster.until(name, isReady)
    folders.set(name, join(cluster.stateDir, 'pods', metadata?.uid ?? '', 'volumes/v/file'))
  }
  writeFileSync(folders.get('small')!, Buffer.alloc(1000, 'x'))
  writeFileSync(folders.get('critical')!, Buffer.alloc(4 * MI, 'x'))
  writeFileSync(folders.get('greedy')!, Buffer.alloc(2 * MI, 'x'))
  const pressure = async () =>
    findCondition((await cluster.client.get(nodes, 'n1')).status?.conditions, 'DiskPressure')?.status
  assert.equal(await pressure(), 'False')
  availableBytes = MI / 2
  const advance = setInterval(() => clock.advance(5000), 5)
  try {
    const { status } = await cluster.until('greedy', (pod: Pod) => pod.status?.phase === 'Failed')
    availableBytes = 3 * MI
    assert.equal(status?.reason, 'Evicted')
    assert.match(
      status?.message ?? '',
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: 1048576, available: 512Ki\. Container c was using \d+Ki, request is 0, has larger consumption of ephemeral-storage\. $/,
    )
    const { status: is, reason } = findCondition(status?.conditions, 'DisruptionTarget')!
    assert.deepEqual([is, reason], ['True', 'TerminationByKubelet'])
    await cluster.events('NodeHasDiskPressure')
    await eventually('it is well again', () => (cluster.told('NodeHasNoDiskPressure')[0]?.count ?? 0) > 1)
  } finally {
    clearInterval(advance)
    rmSync(cluster.runtime.scratchDir, { recursive: true, force: true })
  }
  for (const name of ['small', 'critical']) assert.equal((await cluster.get(name)).status?.phase, 'Running', name)
  assert.equal(await pressure(), 'False')
})

test('before a pod is ended, what nobody uses goes from the disk; where that does, every pod stays', async () => {
  const clock = new HandClock()
  let availableBytes = 50 * MI
  let asked = 0
  const cluster = await startCluster(clock, {
    room: () => ({ availableBytes, totalBytes: 100 * MI }),
    makeRoom: async () => {
      asked++
      availableBytes = 50 * MI
    },
  })
  const spec = { containers: [{ name: 'c', image: 'fairlead/echo' }], volumes: [{ name: 'v', emptyDir: {} }] }
  const { metadata } = await cluster.pod('greedy', spec)
  await cluster.until('greedy', isReady)
  writeFileSync(join(cluster.stateDir, 'pods', metadata?.uid ?? '', 'volumes/v/file'), Buffer.alloc(2 * MI, 'x'))
  const advance = setInterval(() => clock.advance(5000), 5)
  try {
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(asked, 0, 'there is room')
    availableBytes = MI / 2
    await eventually('room is made', () => asked > 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
  } finally {
    clearInterval(advance)
  }
  assert.deepEqual([asked, (await cluster.get('greedy'))?.status?.phase], [1, 'Running'])
})
