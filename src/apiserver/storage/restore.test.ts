import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import type { LoadedChange } from './journal.ts'
import { listPage } from './reading/list.ts'
import { openWatch } from './reading/watch.ts'
import { Store } from './store.ts'
import { UnreadObject } from './unread-object.ts'

const PODS = { group: '', plural: 'pods' }

/** A store of an earlier life: `a` was made at 11, `b` at 12, `a` changed at 13, `b` deleted at 14, `c` made at 15. */
const restored = (compacted = 10) => {
  const read: string[] = []
  const change = (revision: number, name: string, replaces?: number, deleted = false): LoadedChange => ({
    revision,
    resource: PODS,
    key: `default/${name}`,
    replaces,
    deleted,
    object: new UnreadObject(`{"spec":{"revision":${revision}}}`, (text) => {
      read.push(text)
      return {
        metadata: { name, namespace: 'default', resourceVersion: String(revision) },
        ...JSON.parse(text),
      } as ApiObject
    }),
  })
  const changes = [change(11, 'a'), change(12, 'b'), change(13, 'a', 11), change(14, 'b', 12, true), change(15, 'c')]
  const store = new Store({ load: () => ({ compacted, changes }), append: () => Promise.resolve() })
  return { store, pods: store.collection(PODS), read }
}

const revisionOf = (object: ApiObject | undefined): string | undefined => object?.metadata?.resourceVersion

test('a start reads no object; who is asked for is read once, and is the same one from then on', () => {
  const { store, pods, read } = restored()
  assert.equal(store.revision, 15)
  assert.deepEqual([pods.size, pods.keys()], [2, ['default/a', 'default/c']])
  assert.deepEqual(read, [])
  const found = pods.get('default/a')
  assert.equal(revisionOf(found), '13')
  assert.equal(pods.get('default/a'), found)
  assert.equal(pods.get('default/b'), undefined)
  assert.deepEqual(read, ['{"spec":{"revision":13}}'])
})

test('who is only looked at stays unread', () => {
  const { pods, read } = restored()
  const found = pods.get('default/a')
  const seen = [
    { metadata: { namespace: 'default', name: 'a' }, spec: { revision: 13 } },
    { metadata: { namespace: 'default', name: 'c' }, spec: { revision: 15 } },
  ]
  for (let look = 1; look <= 2; look++) assert.deepEqual([...pods.glances()], seen)
  assert.equal(pods.get('default/a'), found)
  assert.deepEqual(read, ['{"spec":{"revision":13}}'])
})

test('a watch that resumes before a start is told of each change with the state that it was, and what went before', () => {
  const { pods, read } = restored()
  const watch = openWatch(pods, { matches: (object) => revisionOf(object) !== '13' }, { revision: 11 }, () => {})
  const seen: string[] = []
  for (let event = watch.next(); event; event = watch.next())
    seen.push(event.type === 'BOOKMARK' ? event.type : `${event.type} ${event.object.metadata?.name}`)
  watch.close()
  assert.deepEqual(seen, ['ADDED b', 'DELETED a', 'DELETED b', 'ADDED c'])
  assert.equal(new Set(read).size, read.length, 'none is read twice')
})

test('a list of the past is read as it was, and one of what the start begins with too', () => {
  const { pods } = restored()
  const listAt = (resourceVersion: string) =>
    listPage(pods, {}, { resourceVersion, resourceVersionMatch: 'Exact' }).items.map(revisionOf)
  assert.deepEqual(listAt('12'), ['11', '12'])
  assert.deepEqual(listAt('14'), ['13'])
  assert.deepEqual(listAt('15'), ['13', '15'])
  assert.deepEqual([...pods.at(15)!.keys()].sort(), ['default/a', 'default/c'])
  assert.equal(revisionOf(pods.at(15)!.get('default/a')), '13')
  assert.equal(pods.at(16), undefined)
})

test('what is folded into states leaves nothing to resume from, and is there', () => {
  const { pods, read } = restored(14)
  assert.equal(pods.at(13), undefined)
  assert.deepEqual(read, [])
  assert.deepEqual([...pods.at(14)!.keys()], ['default/a'])
  assert.equal(revisionOf(pods.at(14)!.get('default/a')), '13')
})

test('a change on an object of an earlier life is told with what it was', async () => {
  const { store, pods } = restored()
  const before = pods.get('default/c')
  await store.transact((transaction) => transaction.delete(PODS, 'default/c', before!))
  const { previous } = pods.window.at(pods.window.end - 1)!
  assert.equal(previous, before)
})
