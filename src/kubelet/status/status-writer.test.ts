import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { ApiError, type Client } from '#client/client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { StatusWriter } from './status-writer.ts'

interface Write {
  readonly name: string
  /** Kind of patch, and where it goes. */
  readonly how: readonly [kind: string, where: unknown]
  readonly body: { readonly metadata: { readonly uid: string }; readonly status: PodStatus }
  /** Answers it: as the server that has taken it, or with an error. */
  readonly answer: (error?: Error) => Promise<void>
}

/** A writer, and the writes that wait for their answer, oldest first. */
const writer = () => {
  const clock = new HandClock()
  const writes: Write[] = []
  const faults: string[] = []
  let version = 100
  const patch = (_: unknown, name: string, kind: string, body: Write['body'], where: unknown): Promise<Pod> =>
    new Promise((resolve, reject) => {
      const answer = async (error?: Error): Promise<void> => {
        if (error === undefined) resolve({ metadata: { name, resourceVersion: String(++version) } } as Pod)
        else reject(error)
        await turn()
      }
      writes.push({ name, how: [kind, where], body, answer })
    })
  const statuses = new StatusWriter({ patch } as unknown as Client, pods, {
    clock,
    onError: (message) => faults.push(message),
    random: () => 0.5,
  })
  return { clock, writes, faults, statuses }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const pod = (uid: string, resourceVersion = '1', status: PodStatus = { phase: 'Pending' }): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid, resourceVersion },
    status,
  }) as Pod
const refusal = (code: number, reason: string): Error =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason } as never)

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

test('a pod that the cache has from before our own write says nothing of it', async () => {
  const { statuses, writes } = writer()
  statuses.set(pod('a'), { phase: 'Running' }, true)
  await turn()
  await writes[0]?.answer()
  statuses.set(pod('a', '2'), { phase: 'Running' }, true)
  await turn()
  assert.equal(writes.length, 1)
})
