import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { writerOf } from '../../testing/writer.ts'
import type { Collection } from '../collection.ts'
import { memoryJournal } from '../memory-journal.ts'
import { StorageError } from '../storage-error.ts'
import { Store } from '../store.ts'
import { type ListPage, type ListRequest, listPage } from './list.ts'

const PODS = { group: '', plural: 'pods' }
const LIMITS = { bytes: 1 << 20, changes: 4, age: 60_000 }
const pod = (namespace: string, name: string): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name },
})

/** A collection of a/1, a/2, a/3, a-b/1 and b/1, that forgets soon. */
const make = async () => {
  const store = new Store(memoryJournal(1), { limits: LIMITS })
  const write = writerOf(store, PODS)
  for (const key of ['b/1', 'a/3', 'a-b/1', 'a/1', 'a/2']) {
    const [namespace = '', name = ''] = key.split('/')
    await write.put(key, pod(namespace, name))
  }
  return { store, write, pods: store.collection(PODS) }
}

/** What is past the limits is forgotten some turns of the event loop later. */
const forgotten = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const keysOf = ({ items }: ListPage): readonly string[] =>
  items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`)

const failure = (pods: Collection, request: ListRequest): StorageError => {
  try {
    listPage(pods, {}, request)
  } catch (error) {
    assert.ok(error instanceof StorageError)
    return error
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

test('a list is in the order of its keys, and a namespace is its own alone', async () => {
  const { pods } = await make()
  assert.deepEqual(keysOf(listPage(pods, {}, {})), ['a-b/1', 'a/1', 'a/2', 'a/3', 'b/1'])
  assert.deepEqual(keysOf(listPage(pods, { namespace: 'a' }, {})), ['a/1', 'a/2', 'a/3'])
  assert.deepEqual(keysOf(listPage(pods, { namespace: 'c' }, {})), [])
})

test('pages go on where they stopped, within their namespace, and count what remains', async () => {
  const { pods } = await make()
  const first = listPage(pods, { namespace: 'a' }, { limit: 1 })
  assert.deepEqual([keysOf(first), first.remainingItemCount], [['a/1'], 2])
  const second = listPage(pods, { namespace: 'a' }, { limit: 5, continue: first.continue! })
  assert.deepEqual([keysOf(second), second.continue, second.remainingItemCount], [['a/2', 'a/3'], undefined, undefined])
  const exact = listPage(pods, { namespace: 'a' }, { limit: 3 })
  assert.equal(exact.continue, undefined)
})

test('with selectors a page is full of what they choose, and nobody counts what remains', async () => {
  const { pods } = await make()
  const matches = ({ metadata }: ApiObject): boolean => metadata?.name !== '1'
  const first = listPage(pods, { matches }, { limit: 1 })
  assert.deepEqual([keysOf(first), first.remainingItemCount], [['a/2'], undefined])
  const second = listPage(pods, { matches }, { limit: 1, continue: first.continue! })
  assert.deepEqual(keysOf(second), ['a/3'])
  assert.deepEqual(keysOf(listPage(pods, { matches }, { limit: 1, continue: second.continue! })), [])
})

test('a limit is none where it is not positive, and where any revision will do', async () => {
  const { pods } = await make()
  for (const request of [{ limit: 0 }, { limit: -1 }, { limit: 1, resourceVersion: '0' }]) {
    const page = listPage(pods, {}, request)
    assert.deepEqual([page.items.length, page.continue], [5, undefined], JSON.stringify(request))
  }
})

test('a token that is too old is answered with one that goes on with what is there now', async () => {
  const { store, write, pods } = await make()
  const first = listPage(pods, {}, { limit: 2 })
  for (let count = 0; count < 10; count++) await write.put('b/2', pod('b', '2'))
  await write.delete('a/2')
  await forgotten()
  const error = failure(pods, { limit: 2, continue: first.continue! })
  assert.equal(error.code, 'CONTINUE_COMPACTED')
  assert.match(error.message, /or use the continue token in this response to retrieve the remainder/)
  const page = listPage(pods, {}, { limit: 2, continue: error.continue })
  assert.deepEqual([keysOf(page), page.resourceVersion], [['a/3', 'b/1'], String(store.revision)])
  assert.deepEqual(keysOf(listPage(pods, {}, { continue: page.continue! })), ['b/2'])
})

test('an exact revision is the state of then, and a limit alone with a revision means that too', async () => {
  const { store, write, pods } = await make()
  const then = String(store.revision)
  await write.put('b/2', pod('b', '2'))
  for (const request of [{ resourceVersionMatch: 'Exact' }, { limit: 10 }]) {
    const page = listPage(pods, {}, { ...request, resourceVersion: then })
    assert.deepEqual([page.items.length, page.resourceVersion], [5, then])
  }
  for (const request of [{ resourceVersionMatch: 'NotOlderThan' }, {}])
    assert.equal(listPage(pods, {}, { ...request, resourceVersion: then }).items.length, 6)
  assert.equal(
    listPage(pods, {}, { resourceVersionMatch: 'NotOlderThan', limit: 2, resourceVersion: then }).items.length,
    2,
  )
})

test('a list that means nothing is refused', async () => {
  const { pods } = await make()
  await forgotten()
  const { continue: token } = listPage(pods, {}, { limit: 1 })
  for (const [request, message] of [
    [
      { resourceVersion: 'x' },
      'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [{ continue: token!, resourceVersion: '3' }, 'specifying resource version is not allowed when using continue'],
  ] as const) {
    const error = failure(pods, request)
    assert.deepEqual([error.code, error.message], ['CONTINUE_INVALID', message])
  }
  const exact = { resourceVersionMatch: 'Exact' }
  assert.equal(failure(pods, { ...exact, resourceVersion: '99' }).code, 'REVISION_AHEAD')
  assert.equal(
    failure(pods, { ...exact, resourceVersion: '1' }).message,
    'The resourceVersion for the provided list is too old.',
  )
  assert.equal(listPage(pods, {}, { continue: token!, resourceVersion: '0' }).items.length, 4)
})

test('a revision past what a number holds is refused as Kubernetes refuses it', async () => {
  const { pods } = await make()
  assert.match(failure(pods, { resourceVersion: '18446744073709551616' }).message, /value out of range$/)
  assert.equal(failure(pods, { resourceVersion: '18446744073709551615' }).code, 'REVISION_AHEAD')
  assert.match(failure(pods, { resourceVersion: '-1' }).message, /invalid syntax$/)
})
