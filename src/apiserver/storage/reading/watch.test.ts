import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { Collection } from '../collection.ts'
import type { Change } from '../journal.ts'
import { StorageError } from '../storage-error.ts'
import { listPage } from './list.ts'
import { parseRevision } from './revision.ts'
import { openWatch, type Watch } from './watch.ts'

/** A collection whose first change is of revision 11; each change makes, changes or takes away an object. */
const make = () => {
  let revision = 10
  const collection = new Collection(10, { revision: () => revision, oldestRevision: () => 0, now: () => 0 })
  const commit = (name: string, labels: { [key: string]: string } = {}, deleted = false): void => {
    const object = { metadata: { name, namespace: 'n', labels, resourceVersion: String(++revision) } } as ApiObject
    collection.commit({
      revision,
      resource: { group: '', plural: 'pods' },
      key: `n/${name}`,
      replaces: undefined,
      object,
      deleted,
    } as Change)
  }
  return { collection, commit }
}
const turns = async (count = 3): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const seenBy = (watch: Watch): readonly string[] => {
  const seen: string[] = []
  for (let event = watch.next(); event; event = watch.next())
    seen.push(
      event.type === 'BOOKMARK'
        ? `BOOKMARK ${event.revision} ${event.initial}`
        : `${event.type} ${event.object.metadata?.name} ${event.object.metadata?.resourceVersion}`,
    )
  return seen
}
const failure = (work: () => unknown): StorageError => {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof StorageError)
    return error
  }
  return assert.fail('nothing was refused')
}

test('a watch is told once a turn that there is something, however much it is', async () => {
  const { collection, commit } = make()
  let told = 0
  const watch = openWatch(collection, {}, { revision: 10 }, () => told++)
  await turns()
  assert.equal(told, 0, 'there is nothing yet')
  for (const name of ['a', 'b', 'c']) commit(name)
  assert.equal(told, 0, 'never inside of the write')
  await turns()
  assert.equal(told, 1)
  assert.deepEqual(seenBy(watch), ['ADDED a 11', 'ADDED b 12', 'ADDED c 13'])
  commit('a')
  await turns()
  assert.equal(told, 2)
  watch.close()
  commit('b')
  await turns()
  assert.equal(told, 2)
})

test('what is there comes first, then its end where that is asked for, and changes after it', () => {
  const { collection, commit } = make()
  commit('b')
  commit('a')
  const watch = openWatch(collection, {}, { marked: true }, () => {})
  commit('c')
  assert.deepEqual(seenBy(watch), ['ADDED a 12', 'ADDED b 11', 'BOOKMARK 12 true', 'ADDED c 13'])
  const plain = openWatch(collection, { namespace: 'other' }, {}, () => {})
  assert.deepEqual(seenBy(plain), [])
  const silent = openWatch(collection, {}, { sendInitialEvents: false }, () => {})
  assert.deepEqual(seenBy(silent), [])
  commit('d')
  assert.deepEqual([seenBy(plain), seenBy(silent)], [[], ['ADDED d 14']])
})

test('who comes to be selected is added, who no longer is goes with the revision at which it did', () => {
  const { collection, commit } = make()
  const watch = openWatch(
    collection,
    { matches: ({ metadata }) => metadata?.labels?.app === 'x' },
    { revision: 10 },
    () => {},
  )
  commit('a', { app: 'y' })
  commit('a', { app: 'x' })
  commit('a', { app: 'x', more: '1' })
  commit('a', { app: 'y' })
  commit('a', { app: 'y' }, true)
  commit('b', { app: 'x' })
  commit('b', { app: 'x' }, true)
  assert.deepEqual(seenBy(watch), ['ADDED a 12', 'MODIFIED a 13', 'DELETED a 14', 'ADDED b 16', 'DELETED b 17'])
})

test('a watch that has read too slowly is told by which revision it is behind, and a list of the past too', () => {
  const { collection, commit } = make()
  for (const name of ['a', 'b', 'c', 'd']) commit(name)
  const watch = openWatch(collection, {}, { revision: 10 }, () => {})
  assert.equal(watch.next()?.type, 'ADDED')
  for (let count = 0; count < 3; count++) collection.trim()
  assert.ok(watch.isBehind)
  const behind = failure(() => watch.next())
  assert.deepEqual(
    [behind.code, behind.message, behind.asked, behind.held],
    ['REVISION_COMPACTED', 'too old resource version: 11 (14)', 11, 14],
  )
  const resumed = failure(() => openWatch(collection, {}, { revision: 12 }, () => {}))
  assert.deepEqual([resumed.code, resumed.asked, resumed.held], ['REVISION_COMPACTED', 12, 14])
  assert.deepEqual(seenBy(openWatch(collection, {}, { revision: 13 }, () => {})), ['ADDED d 14'])
  const list = failure(() => listPage(collection, {}, { resourceVersion: '12', resourceVersionMatch: 'Exact' }))
  assert.deepEqual(
    [list.code, list.message, list.asked, list.held],
    ['REVISION_COMPACTED', 'The resourceVersion for the provided list is too old.', 12, 14],
  )
})

test('a watch of what is closed is over when it has read what there was', async () => {
  const { collection, commit } = make()
  let told = 0
  const watch = openWatch(collection, {}, { revision: 10 }, () => told++)
  commit('a')
  collection.close()
  assert.ok(collection.isClosed)
  await turns()
  assert.deepEqual([told, watch.isOver], [1, false])
  assert.deepEqual([seenBy(watch), watch.isOver], [['ADDED a 11'], true])
  const late = openWatch(collection, {}, {}, () => {})
  assert.equal(late.isOver, false)
  assert.deepEqual([seenBy(late), late.isOver], [['ADDED a 11'], true])
})

test('a revision is a number of 64 bits, in so many digits', () => {
  assert.deepEqual([undefined, '', '0', '12', '007', '18446744073709551615'].map(parseRevision), [
    undefined,
    undefined,
    0,
    12,
    7,
    2 ** 64,
  ])
  assert.equal(parseRevision(`${'0'.repeat(98)}12`), 12)
  const why = (text: string) => failure(() => parseRevision(text)).message
  const parsing = (text: string) => `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}"`
  for (const text of ['x', '-1', '1.5', ' 1']) assert.equal(why(text), `${parsing(text)}: invalid syntax`)
  for (const text of ['18446744073709551616', '0'.repeat(101)])
    assert.equal(why(text), `${parsing(text)}: value out of range`)
})

test('a namespace has what is its own, in order, whatever lies around it', () => {
  const { collection } = make()
  let revision = 10
  for (const key of ['n/b', 'm/z', 'n/a', 'n-1/c', 'o/a', 'n/c'])
    collection.commit({
      ...{ revision: ++revision, resource: { group: '', plural: 'pods' }, key, replaces: undefined, deleted: false },
      object: { metadata: { name: key } } as ApiObject,
    })
  assert.deepEqual(collection.keysWithin('n'), ['n/a', 'n/b', 'n/c'])
  assert.deepEqual(collection.keysWithin('m'), ['m/z'])
  assert.deepEqual(collection.keysWithin('o'), ['o/a'])
  for (const none of ['', 'l', 'nn', 'p']) assert.deepEqual(collection.keysWithin(none), [], none)
  assert.equal(collection.isClosed, false)
})
