import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { pod, refusal, turn, writer } from '../testing/status-writes.ts'

test('a status that is set while another is being written is written after it, the newest alone', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  assert.deepEqual(writes[0]?.body.status, { phase: 'Running' })
  statuses.set(pod('a'), { phase: 'Running', message: 'one' }, true)
  statuses.set(pod('a'), { phase: 'Failed', message: 'two' }, true)
  let flushed = false
  void statuses.flush('a').then(() => {
    flushed = true
  })
  await turn()
  assert.equal(writes.length, 1, 'one write a pod at a time')
  await writes[0]?.answer()
  assert.deepEqual(
    writes.slice(1).map(({ body }) => body.status),
    [{ phase: 'Failed', message: 'two' }],
  )
  assert.equal(flushed, false)
  await writes[1]?.answer()
  assert.equal(flushed, true)
  assert.equal(writes.length, 2)
})

test('each write names the pod’s uid, and what is wanted of one pod does not touch another of its name', async () => {
  const { statuses, writes, faults } = writer()
  statuses.set(pod('old'), { phase: 'Failed' }, true)
  statuses.set(pod('new'), { phase: 'Running' }, true)
  await turn()
  assert.deepEqual(
    writes.map(({ name, body }) => `${name} ${body.metadata.uid} ${body.status.phase}`),
    ['p old Failed', 'p new Running'],
  )
  statuses.forget('old')
  await writes[0]?.answer(refusal(409, 'Conflict'))
  await writes[1]?.answer()
  assert.equal(writes.length, 2, 'nothing is tried again for a pod that is forgotten')
  statuses.set(pod('odd'), { phase: 'Running' }, true)
  await turn()
  statuses.forget('odd')
  await writes[2]?.answer(refusal(422, 'Invalid'))
  assert.deepEqual(faults, [], 'that the server knows another by its name is no fault')
})

test('a write is a strategic merge patch of the status alone, in the pod’s own namespace', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  assert.deepEqual(writes[0]?.how, ['strategic', { namespace: 'default', subresource: 'status' }])
})

test('a status that somebody else has changed is put right, by the difference to theirs', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a', '1', { phase: 'Running' }), { phase: 'Running' }, true)
  await turn()
  assert.equal(writes.length, 0, 'nothing differs')
  statuses.set(pod('a', '2', { phase: 'Failed', reason: 'NodeLost' }), { phase: 'Running' }, true)
  await turn()
  assert.deepEqual(writes[0]?.body.status, { phase: 'Running', reason: null })
  await writes[0]?.answer()
  // The cache is late: a pod older than our own write says nothing of it.
  statuses.set(pod('a', '2', { phase: 'Failed', reason: 'NodeLost' }), { phase: 'Running' }, true)
  await turn()
  assert.equal(writes.length, 1)
})

test('what somebody else wrote while our write was on its way is put right; what the server does not take is not asked again', async () => {
  const { statuses, writes } = writer()
  const wanted: PodStatus = { phase: 'Running', message: 'ours' }
  statuses.set(pod('a', '1', { phase: 'Running' }), wanted, true)
  await turn()
  assert.deepEqual(writes[0]?.body.status, { message: 'ours' })
  await writes[0]?.answer({ phase: 'Failed', message: 'ours' })
  assert.deepEqual(writes[1]?.body.status, { phase: 'Running' })
  await writes[1]?.answer({ phase: 'Failed', message: 'ours' })
  await turn()
  assert.equal(writes.length, 2)
})

test('what somebody else writes while ours is under way does not stand in the way of it', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a'), { phase: 'Running', message: 'one' }, true)
  await turn()
  statuses.set(pod('a', '50', { phase: 'Running', message: 'theirs' }), { phase: 'Running', message: 'one' }, true)
  await writes[0]?.answer()
  assert.equal(writes.length, 1, 'ours came last')
  statuses.set(pod('a', '102', { phase: 'Failed' }), { phase: 'Running', message: 'one' }, true)
  await turn()
  assert.deepEqual(writes[1]?.body.status, { phase: 'Running', message: 'one' })
})

test('a pod that the cache has from before our own write says nothing of it', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  await writes[0]?.answer()
  statuses.set(pod('a', '2'), { phase: 'Running' }, true)
  await turn()
  assert.equal(writes.length, 1)
})

test('a flush writes at once what is held back, and not before its time what has failed; what is written needs none', async () => {
  const { statuses, writes, clock } = writer()
  const flushed: string[] = []
  const flush = (uid: string) => void statuses.flush(uid).then(() => flushed.push(uid))
  flush('unknown')
  statuses.set(pod('same'), { phase: 'Pending' }, true)
  await turn()
  flush('same')
  statuses.set(pod('a'), { phase: 'Pending', message: 'one' }, false)
  flush('a')
  await turn()
  assert.deepEqual(flushed, ['unknown', 'same'])
  assert.equal(writes.length, 1)
  await writes[0]?.answer(new Error('the server is not there'))
  flush('a')
  await turn()
  assert.equal(writes.length, 1)
  clock.advance(50)
  await turn()
  assert.equal(writes.length, 2)
  await writes[1]?.answer()
  assert.deepEqual(flushed, ['unknown', 'same', 'a', 'a'])
  assert.equal(clock.pending, 0, 'what was written is not waited for')
})

test('what is set while it is written and comes to the same ends the flush, and is not written again', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  let flushed = false
  void statuses.flush('a').then(() => {
    flushed = true
  })
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await writes[0]?.answer()
  assert.deepEqual([flushed, writes.length], [true, 1])
})

test('who waits for a pod that is forgotten, or for a writer that stops, waits no longer; nothing more is written', async () => {
  const { statuses, writes, clock, faults } = writer()
  const flushed: string[] = []
  const flush = (uid: string) => void statuses.flush(uid).then(() => flushed.push(uid))
  for (const uid of ['failing', 'writing']) statuses.set(pod(uid), { phase: 'Running' }, true)
  await turn()
  await writes[0]?.answer(new Error('the server is not there'))
  for (const uid of ['failing', 'writing']) flush(uid)
  statuses.set(pod('gone'), { phase: 'Running' }, true)
  flush('gone')
  statuses.forget('gone')
  await turn()
  assert.deepEqual(flushed, ['gone'])
  statuses.set(pod('held'), { phase: 'Pending', message: 'one' }, false)
  statuses.set(pod('due'), { phase: 'Running' }, true)
  statuses.stop()
  await turn()
  assert.deepEqual(flushed, ['gone', 'failing', 'writing'])
  assert.equal(clock.pending, 0)
  await writes[1]?.answer(refusal(404, 'NotFound'))
  statuses.set(pod('late'), { phase: 'Running' }, true)
  flush('late')
  clock.advance(100_000)
  await turn()
  assert.deepEqual(flushed, ['gone', 'failing', 'writing', 'late'])
  assert.deepEqual([writes.length, faults.length], [2, 1])
})

test('a flush waits for the write that is under way, though what is wanted by now is what was there before it', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  statuses.set(pod('a'), { phase: 'Pending' }, true)
  let flushed = false
  void statuses.flush('a').then(() => {
    flushed = true
  })
  await turn()
  assert.equal(flushed, false)
  await writes[0]?.answer()
  assert.deepEqual([writes[1]?.body.status, flushed], [{ phase: 'Pending' }, false])
  await writes[1]?.answer()
  assert.equal(flushed, true)
})
