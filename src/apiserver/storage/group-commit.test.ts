import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { UnsteadyJournal } from '../testing/unsteady-journal.ts'
import { writerOf } from '../testing/writer.ts'
import { JournalError } from './journal.ts'
import { listPage } from './reading/list.ts'
import { openWatch, type StoredEvent } from './reading/watch.ts'
import type { StorageError } from './storage-error.ts'
import { Store } from './store.ts'

const PODS = { group: '', plural: 'pods' }
const pod = (name: string, app = 'a'): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app } },
})
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
const start = (journal = new UnsteadyJournal()) => {
  const store = new Store(journal)
  const pods = store.collection(PODS)
  return { journal, store, pods, write: writerOf(store, PODS) }
}
const say = (event: StoredEvent): string =>
  event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.metadata?.name}`
const refusalOf = (work: Promise<unknown>): Promise<StorageError> =>
  work.then(
    () => assert.fail('nothing was refused'),
    (error: StorageError) => error,
  )

test('what does not last yet is seen by nobody, and then by all', async () => {
  const { journal, store, pods, write } = start()
  await write.put('default/old', pod('old'))
  const { revision } = store
  const seen: string[] = []
  const watch = openWatch(pods, {}, { revision }, () => {
    for (let event = watch.next(); event; event = watch.next()) seen.push(say(event))
  })
  journal.hold()
  let answered = false
  const answer = write.put('default/new', pod('new')).then((object) => {
    answered = true
    return object
  })
  const gone = write.delete('default/old')
  await turn()
  assert.equal(answered, false)
  assert.deepEqual(seen, [])
  assert.deepEqual(pods.keys(), ['default/old'])
  assert.equal(listPage(pods, {}, {}).resourceVersion, String(revision))
  journal.release()
  assert.equal((await answer).metadata?.resourceVersion, String(revision + 1))
  await gone
  await turn()
  assert.deepEqual(seen, ['ADDED new', 'DELETED old'])
  assert.deepEqual(pods.keys(), ['default/new'])
  assert.equal(store.revision, revision + 2)
})

test('who comes while a batch is on its way waits for its end, and all who waited are one batch', async () => {
  const { journal, store } = start()
  journal.hold()
  const order: string[] = []
  const add = (name: string): Promise<unknown> =>
    store.transact((transaction) => {
      const before = transaction.get(PODS, 'default/x')?.metadata?.labels?.app ?? ''
      order.push(`${before}+${name}`)
      return transaction.put(PODS, 'default/x', pod('x', `${before}${name}`))
    })
  const all = [add('1'), add('2'), add('3')]
  await turn()
  assert.deepEqual(order, ['+1'])
  journal.release()
  await Promise.all(all)
  assert.deepEqual(order, ['+1', '1+2', '12+3'])
  assert.deepEqual(journal.asked, [1, 2])
  assert.equal(store.collection(PODS).get('default/x')?.metadata?.labels?.app, '123')
})

test('a batch that the journal refuses has not happened: who wrote is told, what was taken is given back, the next goes on', async () => {
  const { journal, store, pods, write } = start()
  await write.put('default/x', pod('x', 'before'))
  const { revision } = store
  const notes: string[] = []
  const taking = (note: string): Promise<unknown> =>
    store.transact((transaction) => {
      transaction.onRollback(() => notes.push(`back ${note}`))
      transaction.onCommit(() => notes.push(`kept ${note}`))
      return transaction.put(PODS, 'default/x', pod('x', note))
    })
  await turn()
  journal.hold()
  const first = write.put('default/y', pod('y'))
  // These wait, and are one batch: the last to take gives back first.
  const lost = [taking('a'), taking('b')].map(refusalOf)
  journal.failWith(new Error('no space left on device'), 1)
  journal.release()
  await first
  for (const error of await Promise.all(lost)) {
    assert.equal(error.code, 'JOURNAL_FAILED')
    assert.match(error.message, /nothing has changed: no space left on device$/)
    assert.equal((error.cause as Error).message, 'no space left on device')
  }
  assert.deepEqual(notes, ['back b', 'back a'])
  assert.equal(pods.get('default/x')?.metadata?.labels?.app, 'before')
  assert.equal(store.revision, revision + 1)
  journal.failWith(undefined)
  await taking('c')
  assert.deepEqual(notes.slice(2), ['kept c'])
  assert.equal(pods.get('default/x')?.metadata?.labels?.app, 'c')
  // A revision that somebody may have been told of is not given out again.
  assert.ok(store.revision > revision + 3)
})

test('a transaction that throws, or only tries, leaves nothing; those beside it stand', async () => {
  const { journal, store, pods, write } = start()
  journal.hold()
  const notes: string[] = []
  const first = write.put('default/x', pod('x', 'first'))
  const thrown = refusalOf(
    store.transact((transaction) => {
      transaction.put(PODS, 'default/x', pod('x', 'thrown'))
      transaction.onRollback(() => notes.push('back'))
      throw new Error('refused')
    }),
  )
  const tried = store.transact((transaction) => {
    transaction.onRollback(() => notes.push('tried'))
    transaction.onCommit(() => notes.push('never'))
    return transaction.put(PODS, 'default/tried', pod('tried'))
  }, true)
  const seen = store.transact((transaction) => transaction.get(PODS, 'default/x')?.metadata?.labels?.app)
  journal.release()
  await first
  assert.equal((await thrown).message, 'refused')
  assert.equal((await tried).metadata?.name, 'tried')
  assert.equal(await seen, 'first')
  assert.deepEqual(notes, ['back', 'tried'])
  assert.deepEqual(pods.keys(), ['default/x'])
  // What writes nothing asks the journal for nothing.
  assert.deepEqual(journal.asked, [1])
})

test('a fault of our own around a batch is told, and hangs nobody: who wrote is answered, and writes go on', async () => {
  const told: string[] = []
  const journal = new UnsteadyJournal()
  const store = new Store(journal, { report: (error) => told.push((error as Error).message) })
  const fault = (what: string) => () => {
    throw new Error(what)
  }
  const write = (what: string): Promise<ApiObject> =>
    store.transact((transaction) => {
      transaction.onCommit(fault(`${what}, kept`))
      transaction.onRollback(fault(`${what}, back`))
      return transaction.put(PODS, `default/${what}`, pod(what))
    })
  store.collection(PODS).listen(fault('a listener'))
  assert.equal((await write('a')).metadata?.name, 'a')
  journal.failWith(new Error('full'))
  assert.equal((await refusalOf(write('b'))).code, 'JOURNAL_FAILED')
  journal.failWith(undefined)
  await write('c')
  assert.deepEqual(told, ['a listener', 'a, kept', 'b, back', 'a listener', 'c, kept'])
  assert.deepEqual(store.collection(PODS).keys(), ['default/a', 'default/c'])
})

test('a process that starts over a journal has what lasted, goes on with its revisions, and lets watches resume', async () => {
  const { journal, store, write } = start()
  await write.put('default/x', pod('x', 'one'))
  const listed = store.revision
  await write.put('default/x', pod('x', 'two'))
  await write.put('default/y', pod('y'))
  await write.delete('default/y')
  const { revision } = store
  const next = start(journal)
  assert.equal(next.store.revision, revision)
  assert.deepEqual(next.pods.keys(), ['default/x'])
  assert.equal(next.pods.get('default/x')?.metadata?.labels?.app, 'two')
  const seen: string[] = []
  const watch = openWatch(next.pods, {}, { revision: listed }, () => {
    for (let event = watch.next(); event; event = watch.next()) seen.push(say(event))
  })
  await turn()
  assert.deepEqual(seen, ['MODIFIED x', 'ADDED y', 'DELETED y'])
  const { metadata } = await next.write.put('default/z', pod('z'))
  assert.equal(Number(metadata?.resourceVersion), revision + 1)
  assert.throws(() => openWatch(next.pods, {}, { revision: 0.5 }, () => {}), { code: 'REVISION_COMPACTED' })
})

test('of a batch that was torn a later process finds nothing, and nobody was told that it lasts', async () => {
  const { journal, store, write } = start()
  await write.put('default/x', pod('x', 'whole'))
  await write.put('default/w', pod('w'))
  journal.tearNext()
  let answered = false
  void store
    .transact((transaction) => {
      for (const name of ['x', 'y', 'z']) transaction.put(PODS, `default/${name}`, pod(name, 'torn'))
    })
    .then(() => {
      answered = true
    })
  await turn()
  assert.equal(answered, false)
  assert.equal(store.collection(PODS).get('default/x')?.metadata?.labels?.app, 'whole')
  const next = start(journal)
  assert.deepEqual(next.pods.keys(), ['default/w', 'default/x'])
  assert.equal(next.pods.get('default/x')?.metadata?.labels?.app, 'whole')
})

test('where the journal stands still, so many wait and no more: who comes then is refused, and the others go on later', async () => {
  const journal = new UnsteadyJournal()
  let now = 0
  const store = new Store(journal, { now: () => now })
  const write = writerOf(store, PODS)
  journal.hold()
  const first = write.put('default/first', pod('first'))
  const waiting = Array.from({ length: 2_000 }, (_, index) => write.put(`default/${index}`, pod(`${index}`)))
  now = 999
  waiting.push(write.put('default/last', pod('last')))
  now = 7_000
  const { code, message } = await refusalOf(write.put('default/late', pod('late')))
  assert.equal(code, 'JOURNAL_STALLED')
  assert.match(message, /the disk takes nothing for 7 s, 1024 writes wait for it, and nothing has changed/)
  journal.release()
  await Promise.all([first, ...waiting])
  assert.deepEqual([journal.asked, store.collection(PODS).size], [[1, 2_001], 2_002])
  await write.put('default/late', pod('late'))
})

test('a disk without room is told apart from other faults', async () => {
  const { journal, write } = start()
  journal.failWith(new JournalError('FULL', 'no room'))
  const { code, message } = await refusalOf(write.put('default/x', pod('x')))
  assert.deepEqual([code, message], ['JOURNAL_FULL', 'the change could not be kept, and nothing has changed: no room'])
  journal.failWith(new JournalError('FAILED', 'a fault'))
  assert.equal((await refusalOf(write.put('default/x', pod('x')))).code, 'JOURNAL_FAILED')
})

test('what comes in one turn is one append where the journal takes its time, and the first of it waits for no other turn', async () => {
  const { journal, store } = start()
  journal.isSlow = true
  const add = (name: string): Promise<unknown> =>
    store.transact((transaction) => transaction.put(PODS, `default/${name}`, pod(name)))
  const all = [add('1'), add('2')]
  setImmediate(() => all.push(add('3')))
  await turn()
  await Promise.all(all)
  assert.deepEqual(journal.asked, [2, 1])
})

test('who writes after a long rest is not taken for who waits since then', async () => {
  let now = 0
  const journal = new UnsteadyJournal()
  journal.isSlow = true
  const store = new Store(journal, { now: () => now })
  const write = writerOf(store, PODS)
  await write.put('default/a', pod('a'))
  await turn()
  now = 60_000
  const second = write.put('default/a', pod('a', 'b'))
  assert.equal(store.isStalled, false)
  await second
})
