import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { writerOf } from '../testing/writer.ts'
import type { Collection } from './collection.ts'
import { memoryJournal } from './memory-journal.ts'
import { listPage, type Selection } from './reading/list.ts'
import { openWatch, type StoredEvent, type Watch, type WatchRequest } from './reading/watch.ts'
import { StorageError, type StorageErrorCode } from './storage-error.ts'
import { Store } from './store.ts'

const PODS = { group: '', plural: 'pods' }
const NODES = { group: '', plural: 'nodes' }

const CONFIG_MAPS = { group: '', plural: 'configmaps' }
const pod = (name: string, app = 'a', namespace = 'default'): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app } },
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

/** All events as they come, one after the other. */
const follow = (
  collection: Collection,
  selection: Selection,
  request: WatchRequest,
  onEvent: (event: StoredEvent) => void,
): Watch => {
  const watch = openWatch(collection, selection, request, () => {
    for (let event = watch.next(); event; event = watch.next()) onEvent(event)
  })
  return watch
}

const say = (event: StoredEvent): string =>
  event.type === 'BOOKMARK' ? `BOOKMARK ${event.revision}` : `${event.type} ${event.object.metadata?.name}`

const codeOf = (action: () => unknown): StorageErrorCode | undefined => {
  try {
    action()
  } catch (error) {
    return (error as StorageError).code
  }
  return undefined
}

test('a watch with a selector sees objects enter and leave it as ADDED and DELETED', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  const seen: string[] = []
  const matches = (object: ApiObject): boolean => object.metadata?.labels?.app === 'a'
  const watch = follow(pods, { matches }, { revision: 1 }, (event) => seen.push(say(event)))
  await write.put('default/x', pod('x', 'b'))
  await write.put('default/x', pod('x', 'a'))
  await write.put('default/x', { ...pod('x', 'a'), kind: 'Pod' })
  await write.put('default/x', pod('x', 'b'))
  await write.delete('default/x')
  await turn()
  assert.deepEqual(seen, ['ADDED x', 'MODIFIED x', 'DELETED x'])
  watch.close()
})

test('what leaves a selector is DELETED as it was when it matched last, with the revision at which it left', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  const seen: StoredEvent[] = []
  const matches = (object: ApiObject): boolean => object.metadata?.labels?.app === 'a'
  follow(pods, { matches }, { revision: 1 }, (event) => seen.push(event))
  await write.put('default/x', pod('x', 'a'))
  await write.put('default/x', pod('x', 'b'))
  await turn()
  const left = seen.at(-1)!
  assert.ok(left.type === 'DELETED')
  assert.equal(left.object.metadata?.labels?.app, 'a')
  assert.equal(left.object.metadata?.resourceVersion, String(store.revision))
})

test('a watch or a list of a namespace has nothing of another whose name begins alike', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  for (const namespace of ['team', 'team-b', 'team0', 'tea'])
    await write.put(`${namespace}/first`, pod(`${namespace}-first`, 'a', namespace))
  const seen: string[] = []
  follow(pods, { namespace: 'team' }, {}, (event) => seen.push(say(event)))
  await turn()
  for (const namespace of ['team-b', 'team', 'team0', 'tea'])
    await write.put(`${namespace}/second`, pod(`${namespace}-second`, 'a', namespace))
  for (const namespace of ['team-b', 'team', 'team0', 'tea']) await write.delete(`${namespace}/first`)
  await turn()
  assert.deepEqual(seen, ['ADDED team-first', 'ADDED team-second', 'DELETED team-first'])
  assert.deepEqual(
    listPage(pods, { namespace: 'team' }, {}).items.map(({ metadata }) => metadata?.name),
    ['team-second'],
  )
})

test('a DELETED event carries the revision of the deletion', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  await write.put('default/x', pod('x'))
  const seen: StoredEvent[] = []
  follow(pods, {}, { revision: store.revision }, (event) => seen.push(event))
  await write.delete('default/x')
  await turn()
  assert.equal(seen.length, 1)
  assert.ok(seen[0]!.type === 'DELETED' && seen[0]!.object.metadata?.resourceVersion === String(store.revision))
})

test('a watch resumes after the revision of a list without a gap or a repeat', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  await write.put('default/x', pod('x'))
  const list = listPage(pods, {}, {})
  await write.put('default/y', pod('y'))
  await write.delete('default/x')
  const seen: string[] = []
  follow(pods, {}, { revision: Number(list.resourceVersion) }, (event) => seen.push(say(event)))
  await write.put('default/z', pod('z'))
  await turn()
  assert.deepEqual(seen, ['ADDED y', 'DELETED x', 'ADDED z'])
})

const LIMITS = { bytes: 1 << 20, changes: 1000, age: 60_000 }

test('a watch from a revision that is forgotten is told so in upstream’s words', async () => {
  const store = new Store(memoryJournal(1), { limits: LIMITS })
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  for (let count = 0; count < 1500; count++) await write.put('default/x', pod('x'))
  await turn()
  assert.throws(
    () => openWatch(pods, {}, { revision: 2 }, () => {}),
    new StorageError('REVISION_COMPACTED', 'too old resource version: 2 (502)', { asked: 2, held: 502 }),
  )
  assert.equal(
    codeOf(() => openWatch(pods, {}, { revision: store.revision - 10 }, () => {})),
    undefined,
  )
})

const large = (name: string, octets: number): ApiObject =>
  ({ ...pod(name), data: { text: 'x'.repeat(octets) } }) as unknown as ApiObject

test('bounds: what is kept of former states is limited in octets, whatever the size of an object', async () => {
  const store = new Store(memoryJournal(1), { limits: LIMITS })
  const [pods, nodes] = [store.collection(PODS), store.collection(NODES)]
  const write = writerOf(store, PODS)
  await writerOf(store, NODES).put('n', pod('n'))
  const { revision } = store
  for (const octets of [1 << 18, 1 << 10, 900_000]) {
    for (let count = 0; count < 40; count++) {
      await write.put('default/x', large('x', octets))
      await turn()
      assert.ok(store.windowBytes <= LIMITS.bytes, `${store.windowBytes} octets after objects of ${octets}`)
    }
  }
  assert.equal(
    codeOf(() => openWatch(pods, {}, { revision }, () => {})),
    'REVISION_COMPACTED',
  )
  // Others keep their past.
  assert.equal(
    codeOf(() => openWatch(nodes, {}, { revision }, () => {})),
    undefined,
  )
})

test('what is kept of former states is limited in age', async () => {
  let now = 0
  const store = new Store(memoryJournal(1), { limits: LIMITS, now: () => now })
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  await write.put('default/x', pod('x'))
  now = LIMITS.age + 1
  await writerOf(store, NODES).put('n', pod('n'))
  await turn()
  await turn()
  assert.equal(pods.window.bytes, 0)
  assert.equal(
    codeOf(() => openWatch(pods, {}, { revision: 1 }, () => {})),
    'REVISION_COMPACTED',
  )
})

test('a list that goes on for too long is told so, also where nothing has changed in it', async () => {
  let now = 0
  const store = new Store(memoryJournal(1), { limits: LIMITS, now: () => now })
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  for (const name of ['x', 'y', 'z']) await write.put(`default/${name}`, pod(name))
  const first = listPage(pods, {}, { limit: 1 })
  const goOn = () => codeOf(() => listPage(pods, {}, { limit: 1, continue: first.continue! }))
  now = LIMITS.age * 2
  assert.equal(goOn(), undefined, 'what is there now can be read at its revision')
  await writerOf(store, NODES).put('n', pod('n'))
  assert.equal(goOn(), undefined, 'it was the latest a moment ago')
  now += LIMITS.age / 2
  await writerOf(store, NODES).put('n', pod('n'))
  assert.equal(goOn(), undefined)
  now += LIMITS.age / 2
  assert.equal(goOn(), 'CONTINUE_COMPACTED')
  assert.equal(
    codeOf(() => listPage(pods, {}, { resourceVersion: first.resourceVersion, resourceVersionMatch: 'Exact' })),
    'REVISION_COMPACTED',
  )
  assert.equal(
    codeOf(() => openWatch(pods, {}, { revision: Number(first.resourceVersion) }, () => {})),
    undefined,
    'a watch of what has not changed has missed nothing',
  )
})

test('who reads in the turn in which it is told misses nothing, however much was written', async () => {
  const store = new Store(memoryJournal(1), { limits: LIMITS })
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  let events = 0
  follow(pods, {}, { revision: 1 }, () => {
    events++
  })
  for (let count = 0; count < 50; count++) await write.put('default/x', large('x', 100_000))
  await turn()
  assert.equal(events, 50)
})

test('of many who read when they are told none misses anything, also of what is written while others are told', async () => {
  const store = new Store(memoryJournal(1), { limits: { ...LIMITS, changes: 1 } })
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  const seen: number[] = Array.from({ length: 100 }, () => 0)
  const faults: unknown[] = []
  const writes: Promise<unknown>[] = []
  for (const number of seen.keys()) {
    const watch = openWatch(pods, {}, { revision: 1 }, () => {
      try {
        while (watch.next()) seen[number]!++
      } catch (error) {
        faults.push(error)
      }
      if (number === 50 && writes.length < 5) writes.push(write.put('default/x', pod('x')))
    })
  }
  for (let count = 0; count < 10; count++) await write.put('default/x', pod('x'))
  for (let count = 0; count < 100; count++) await turn()
  await Promise.all(writes)
  assert.deepEqual(faults, [])
  assert.deepEqual(new Set(seen), new Set([15]))
  assert.ok(pods.window.end - pods.window.begin <= 1, 'then what all have seen is forgotten')
})

test('bounds: what is written faster than many are told of it takes nothing of the past of others', async () => {
  const store = new Store(memoryJournal(1), { limits: { ...LIMITS, bytes: 1 << 20 } })
  const [pods, configMaps] = [store.collection(PODS), store.collection(CONFIG_MAPS)]
  const [writePod, writeConfigMap] = [writerOf(store, PODS), writerOf(store, CONFIG_MAPS)]
  for (let count = 0; count < 20; count++) await writePod.put('default/x', large('x', 10_000))
  for (let count = 0; count < 300; count++) {
    const watch = openWatch(configMaps, {}, { revision: store.revision }, () => {
      while (watch.next());
      for (const until = performance.now() + 0.5; performance.now() < until; );
    })
  }
  for (let count = 0; count < 60; count++) {
    await writeConfigMap.put('default/x', large('x', 100_000))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(store.windowBytes > 2 * (1 << 20), 'not all have been told')
  assert.equal(pods.window.end - pods.window.begin, 20)
  for (let count = 0; count < 100 && store.windowBytes > 1 << 20; count++) await turn()
  assert.equal(pods.window.end - pods.window.begin, 20)
  assert.ok(store.windowBytes <= 1 << 20, `${store.windowBytes}`)
})

test('a watch that does not read keeps nothing back, and is told so once what it has to read is forgotten', async () => {
  const store = new Store(memoryJournal(1), { limits: LIMITS })
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  const watches = Array.from({ length: 60 }, () => openWatch(pods, {}, { revision: 1 }, () => {}))
  for (let count = 0; count < 20; count++) {
    await write.put('default/x', large('x', 1 << 18))
    await turn()
  }
  assert.ok(store.windowBytes <= LIMITS.bytes)
  for (const watch of watches) {
    assert.equal(watch.isBehind, true)
    assert.equal(
      codeOf(() => watch.next()),
      'REVISION_COMPACTED',
    )
  }
})

test('a streaming list sends what is there, then a bookmark that ends it', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  await write.put('default/x', pod('x'))
  const seen: string[] = []
  follow(pods, {}, { marked: true }, (event) => seen.push(say(event)))
  await turn()
  assert.deepEqual(seen, ['ADDED x', 'BOOKMARK 2'])
})

test('pages of a list show one state, whatever is written between them', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  for (const name of ['a', 'b', 'c', 'd']) await write.put(`default/${name}`, pod(name))
  const first = listPage(pods, { namespace: 'default' }, { limit: 2 })
  await write.delete('default/c')
  await write.put('default/bb', pod('bb'))
  const second = listPage(pods, { namespace: 'default' }, { limit: 2, continue: first.continue! })
  assert.deepEqual(
    [...first.items, ...second.items].map(({ metadata }) => metadata?.name),
    ['a', 'b', 'c', 'd'],
  )
  assert.equal(first.remainingItemCount, 2)
  assert.equal(second.continue, undefined)
  assert.equal(second.resourceVersion, first.resourceVersion)
})

test('a list at an exact revision undoes what came later', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  await write.put('default/x', pod('x', 'old'))
  const { revision } = store
  await write.put('default/x', pod('x', 'new'))
  await write.put('default/y', pod('y'))
  const page = listPage(pods, {}, { resourceVersion: String(revision), resourceVersionMatch: 'Exact' })
  assert.deepEqual(
    page.items.map(({ metadata }) => metadata?.labels?.app),
    ['old'],
  )
  assert.equal(
    codeOf(() => listPage(pods, {}, { resourceVersion: '999999' })),
    'REVISION_AHEAD',
  )
})

test('an update is one note to each of its watchers, and they read it from one place', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  const seen: StoredEvent[][] = []
  for (let count = 0; count < 30; count++) {
    const events: StoredEvent[] = []
    seen.push(events)
    follow(pods, { namespace: 'default' }, { revision: 1 }, (event) => events.push(event))
  }
  for (let count = 0; count < 100; count++) await write.put('default/x', pod('x'))
  for (let count = 0; count < 5; count++) await turn()
  assert.ok(seen.every((events) => events.length === 100))
  for (const events of seen) {
    for (const [index, event] of events.entries()) {
      const first = seen[0]![index]!
      assert.ok(event.type !== 'BOOKMARK' && first.type !== 'BOOKMARK' && event.object === first.object)
    }
  }
})

test('a list is of what is there now, also after a deletion', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  for (const name of ['b', 'a', 'c']) await write.put(`default/${name}`, pod(name))
  assert.deepEqual(pods.keys(), ['default/a', 'default/b', 'default/c'])
  await write.delete('default/b')
  assert.deepEqual(pods.keys(), ['default/a', 'default/c'])
  assert.deepEqual(
    listPage(pods, {}, {}).items.map(({ metadata }) => metadata?.name),
    ['a', 'c'],
  )
})

test('a watch that is closed is told nothing any more, not even of what was written before', async () => {
  const store = new Store(memoryJournal(1))
  const pods = store.collection(PODS)
  const write = writerOf(store, PODS)
  let told = 0
  const watch = openWatch(pods, {}, { sendInitialEvents: false }, () => told++)
  await write.put('default/x', pod('x'))
  watch.close()
  await turn()
  assert.equal(told, 0)
  assert.equal(pods.watchers, 0)
})

test('a resource that is dropped has nothing any more: its watches end, and named again it begins from now', async () => {
  const store = new Store(memoryJournal(100))
  await writerOf(store, PODS).put('default/a', pod('a'))
  const dropped = store.collection(PODS)
  let woken = 0
  const watch = openWatch(dropped, {}, { revision: store.revision }, () => woken++)
  store.drop(PODS)
  await turn()
  assert.equal(woken, 1)
  assert.deepEqual([watch.next(), watch.isOver, dropped.isClosed], [undefined, true, true])
  const anew = store.collection(PODS)
  assert.deepEqual([anew.isClosed, anew.size, anew.trimmedRevision], [false, 0, store.revision])
  assert.notEqual(store.collection(NODES).trimmedRevision, store.revision)
  store.drop({ group: '', plural: 'none' })
})
