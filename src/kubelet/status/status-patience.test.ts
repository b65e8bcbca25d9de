import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { pod, refusal, turn, writer } from '../testing/status-writes.ts'

test('what nobody waits for is held back a moment and goes out in one write; what is urgent takes it along', async () => {
  const { statuses, writes, clock } = writer()
  const podIP = '10.244.1.2'
  statuses.set(pod('a'), { phase: 'Pending', podIP, message: 'one' }, false)
  clock.advance(29)
  statuses.set(pod('a'), { phase: 'Pending', podIP, message: 'two' }, false)
  await turn()
  assert.equal(writes.length, 0)
  clock.advance(1)
  await turn()
  assert.deepEqual(writes[0]?.body.status, { podIP, message: 'two' })
  await writes[0]?.answer()
  statuses.set(pod('a'), { phase: 'Pending', message: 'three', podIP }, false)
  statuses.set(pod('a'), { phase: 'Running', message: 'three', podIP }, true)
  await turn()
  clock.advance(1000)
  await turn()
  assert.deepEqual(
    writes.slice(1).map(({ body }) => body.status),
    [{ phase: 'Running', message: 'three' }],
  )
})

test('a pod without an address waits longer, until it has one or its time has come', async () => {
  const { statuses, writes, clock } = writer()
  statuses.set(pod('a'), { phase: 'Pending', message: 'one' }, false)
  statuses.set(pod('b'), { phase: 'Pending', message: 'one' }, false)
  clock.advance(499)
  await turn()
  assert.equal(writes.length, 0)
  statuses.set(pod('a'), { phase: 'Pending', podIP: '10.244.1.2', message: 'two' }, false)
  clock.advance(1)
  await turn()
  assert.deepEqual(
    writes.map(({ body }) => body.metadata.uid),
    ['b'],
  )
  clock.advance(29)
  await turn()
  assert.deepEqual(
    writes.map(({ body }) => body.metadata.uid),
    ['b', 'a'],
  )
})

test('of many pods without an address each waits longer, five seconds at most, and those that got one wait no more', async () => {
  const { statuses, writes, clock } = writer()
  const many = (count: number) => Array.from({ length: count }, (_, at) => pod(`p${at}`))
  const [first, ...others] = many(200)
  for (const one of others) statuses.set(one, { phase: 'Pending', message: 'waits' }, false)
  statuses.set(first!, { phase: 'Pending', message: 'waits' }, false)
  for (const one of others.slice(0, 150)) statuses.set(one, { phase: 'Running', podIP: '10.244.1.2' }, true)
  await turn()
  assert.equal(writes.length, 150)
  clock.advance(4999)
  await turn()
  const uids = writes.slice(150).map(({ body }) => body.metadata.uid)
  assert.equal(uids.includes('p0'), false)
  clock.advance(1)
  await turn()
  assert.equal(writes.at(-1)!.body.metadata.uid, 'p0')
  // The few that are left have no more patience than few have.
  const written = writes.length
  for (const one of [first!, ...others]) statuses.forget(one.metadata!.uid!)
  statuses.set(pod('late'), { phase: 'Pending', message: 'waits' }, false)
  clock.advance(500)
  await turn()
  assert.equal(writes.length, written + 1)
})

test('each pod that waits for an address gives those after it 50 ms more; one that has it, or fails, gives none', async () => {
  const { statuses, writes, clock } = writer()
  const waiting: PodStatus = { phase: 'Pending', message: 'waits' }
  const isWritten = (uid: string): boolean => writes.some(({ body }) => body.metadata.uid === uid)
  for (let at = 1; at <= 20; at++) statuses.set(pod(`p${at}`), waiting, false)
  clock.advance(999)
  await turn()
  assert.deepEqual([isWritten('p19'), isWritten('p20')], [true, false])
  clock.advance(1)
  await turn()
  assert.equal(isWritten('p20'), true)
  statuses.set(pod('p1'), { phase: 'Pending', podIP: '10.244.1.2' }, false)
  statuses.set(pod('p2'), { phase: 'Failed' }, true)
  statuses.set(pod('late'), waiting, false)
  clock.advance(949)
  await turn()
  assert.equal(isWritten('late'), false)
  clock.advance(1)
  await turn()
  assert.equal(isWritten('late'), true)
})

test('what is urgent takes the place of what was held back: that does not cut short what is held back after it', async () => {
  const { statuses, writes, clock } = writer()
  const podIP = '10.244.1.2'
  statuses.set(pod('a'), { phase: 'Pending', message: 'one' }, false)
  statuses.set(pod('a'), { phase: 'Running', podIP }, true)
  await turn()
  await writes[0]?.answer()
  clock.advance(490)
  statuses.set(pod('a'), { phase: 'Running', podIP, message: 'two' }, false)
  clock.advance(29)
  await turn()
  assert.equal(writes.length, 1)
  clock.advance(1)
  await turn()
  assert.deepEqual(writes[1]?.body.status, { message: 'two' })
})

test('a write that fails is tried again with back-off, with what is wanted by then, and not for a pod that is gone', async () => {
  const { statuses, writes, faults, clock } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  await writes[0]?.answer(new Error('the server is not there'))
  statuses.set(pod('a'), { phase: 'Failed' }, true)
  await turn()
  assert.equal(writes.length, 1, 'the back-off holds for what is urgent too')
  assert.deepEqual(faults, ['status of pod default/p'])
  clock.advance(10_000)
  await turn()
  assert.deepEqual(writes[1]?.body.status, { phase: 'Failed' })
  const done = statuses.flush('a')
  await writes[1]?.answer(refusal(404, 'NotFound'))
  await done
  clock.advance(100_000)
  await turn()
  assert.equal(writes.length, 2)
})

test('after a write that failed and was taken all the same, or is wanted no longer, the next status is written', async () => {
  const { statuses, writes, clock } = writer()
  statuses.set(pod('taken'), { phase: 'Running' }, true)
  statuses.set(pod('undone'), { phase: 'Running' }, true)
  await turn()
  for (const write of writes.slice(0, 2)) await write.answer(new Error('the connection broke'))
  // The server had written it before it went away: the watch tells so.
  statuses.set(pod('taken', '2', { phase: 'Running' }), { phase: 'Running' }, true)
  statuses.set(pod('undone'), { phase: 'Pending' }, true)
  clock.advance(10_000)
  await turn()
  assert.equal(writes.length, 2, 'nothing differs any more')
  const flushed: string[] = []
  for (const uid of ['taken', 'undone']) {
    statuses.set(pod(uid, '2', { phase: uid === 'taken' ? 'Running' : 'Pending' }), { phase: 'Failed' }, true)
    void statuses.flush(uid).then(() => flushed.push(uid))
  }
  await turn()
  assert.deepEqual(
    writes.slice(2).map(({ body }) => `${body.metadata.uid} ${body.status.phase}`),
    ['taken Failed', 'undone Failed'],
  )
  for (const write of writes.slice(2)) await write.answer()
  assert.deepEqual(flushed, ['taken', 'undone'])
})

test('failures wait 25 to 50 ms at first, twice as long each time, 10 s at most; after a success nothing waits', async () => {
  const { statuses, writes, clock } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  for (const wait of [37.5, 75, 150, 300, 600, 1200, 2400, 4800, 7500, 7500]) {
    await writes.at(-1)?.answer(refusal(409, 'Conflict'))
    const before = writes.length
    clock.advance(wait - 0.5)
    await turn()
    assert.equal(writes.length, before, `${wait} ms`)
    clock.advance(0.5)
    await turn()
    assert.equal(writes.length, before + 1, `${wait} ms`)
  }
  await writes.at(-1)?.answer()
  statuses.set(pod('a'), { phase: 'Succeeded' }, true)
  await turn()
  assert.deepEqual(writes.at(-1)?.body.status, { phase: 'Succeeded' })
  assert.equal(clock.pending, 0)
})
