import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import type { ApiError } from '#client/client.ts'
import { listPage } from './list.ts'
import { Store } from './store.ts'
import { openWatch, type StoredEvent } from './watch.ts'

const PODS = { group: '', plural: 'pods' }

const pod = (name: string, app = 'a', namespace = 'default'): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app } },
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

const say = (event: StoredEvent): string =>
  event.type === 'BOOKMARK' ? `BOOKMARK ${event.revision}` : `${event.type} ${event.object.metadata?.name}`

const codeOf = (action: () => unknown): number | undefined => {
  try {
    action()
  } catch (error) {
    return (error as ApiError).status.code
  }
  return undefined
}

test('a watch with a selector sees objects enter and leave it as ADDED and DELETED', async () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  const seen: string[] = []
  const matches = (object: ApiObject): boolean => object.metadata?.labels?.app === 'a'
  const stop = openWatch(pods, { matches }, { revision: 1 }, (events) => seen.push(...events.map(say)))
  pods.put('default/x', pod('x', 'b'))
  pods.put('default/x', pod('x', 'a'))
  pods.put('default/x', { ...pod('x', 'a'), kind: 'Pod' })
  pods.put('default/x', pod('x', 'b'))
  pods.delete('default/x')
  await turn()
  assert.deepEqual(seen, ['ADDED x', 'MODIFIED x', 'DELETED x'])
  stop()
})

test('a DELETED event carries the revision of the deletion', async () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  pods.put('default/x', pod('x'))
  const seen: StoredEvent[] = []
  openWatch(pods, {}, { revision: store.revision }, (events) => seen.push(...events))
  pods.delete('default/x')
  await turn()
  assert.equal(seen.length, 1)
  assert.ok(seen[0]!.type === 'DELETED' && seen[0]!.object.metadata?.resourceVersion === String(store.revision))
})

test('a watch resumes after the revision of a list without a gap or a repeat', async () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  pods.put('default/x', pod('x'))
  const list = listPage(pods, {}, {})
  pods.put('default/y', pod('y'))
  pods.delete('default/x')
  const seen: string[] = []
  openWatch(pods, {}, { revision: Number(list.resourceVersion) }, (events) => seen.push(...events.map(say)))
  pods.put('default/z', pod('z'))
  await turn()
  assert.deepEqual(seen, ['ADDED y', 'DELETED x', 'ADDED z'])
})

test('a watch from a revision that is forgotten, or of another run of the server, is 410 Gone', () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  for (let count = 0; count < 9000; count++) pods.put('default/x', pod('x'))
  assert.equal(
    codeOf(() => openWatch(pods, {}, { revision: 2 }, () => {})),
    410,
  )
  assert.equal(
    codeOf(() => openWatch(pods, {}, { revision: store.revision + 1 }, () => {})),
    410,
  )
  assert.equal(
    codeOf(() => openWatch(pods, {}, { revision: store.revision - 10 }, () => {})),
    undefined,
  )
})

test('a streaming list sends what is there, then a bookmark that ends it', async () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  pods.put('default/x', pod('x'))
  const seen: string[] = []
  openWatch(pods, {}, { sendInitialEvents: true }, (events) => seen.push(...events.map(say)))
  await turn()
  assert.deepEqual(seen, ['ADDED x', 'BOOKMARK 2'])
})

test('pages of a list show one state, whatever is written between them', () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  for (const name of ['a', 'b', 'c', 'd']) pods.put(`default/${name}`, pod(name))
  const first = listPage(pods, { namespace: 'default' }, { limit: 2 })
  pods.delete('default/c')
  pods.put('default/bb', pod('bb'))
  const second = listPage(pods, { namespace: 'default' }, { limit: 2, continue: first.continue! })
  assert.deepEqual(
    [...first.items, ...second.items].map(({ metadata }) => metadata?.name),
    ['a', 'b', 'c', 'd'],
  )
  assert.equal(first.remainingItemCount, 2)
  assert.equal(second.continue, undefined)
  assert.equal(second.resourceVersion, first.resourceVersion)
})

test('a list at an exact revision undoes what came later', () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  pods.put('default/x', pod('x', 'old'))
  const { revision } = store
  pods.put('default/x', pod('x', 'new'))
  pods.put('default/y', pod('y'))
  const page = listPage(pods, {}, { resourceVersion: String(revision), resourceVersionMatch: 'Exact' })
  assert.deepEqual(
    page.items.map(({ metadata }) => metadata?.labels?.app),
    ['old'],
  )
  assert.equal(
    codeOf(() => listPage(pods, {}, { resourceVersion: '999999' })),
    504,
  )
})

test('an update with 30 watchers costs microseconds', async () => {
  const store = new Store(1)
  const pods = store.collection(PODS)
  let events = 0
  for (let count = 0; count < 30; count++) {
    openWatch(pods, { namespace: 'default' }, { revision: 1 }, (batch) => {
      events += batch.length
    })
  }
  const object = pod('x')
  const started = performance.now()
  for (let count = 0; count < 1000; count++) pods.put('default/x', object)
  const each = ((performance.now() - started) * 1000) / 1000
  await turn()
  assert.equal(events, 30_000)
  assert.ok(each < 100, `${each} µs for each update`)
})
