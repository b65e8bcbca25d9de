import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import { Store } from '../storage/store.ts'
import { expireEvents } from './event-expiry.ts'

test('an Event goes an hour after it was last written, and not before', () => {
  let now = 0
  const store = new Store(1)
  const collection = store.collection(events)
  const put = (name: string): void => {
    collection.put(`default/${name}`, { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default' } })
  }
  put('before')
  const expiry = expireEvents(store, events, () => now)
  expiry.sweep()
  put('old')
  put('again')
  put('gone')
  expiry.sweep()
  now = 3_000_000
  put('again')
  collection.delete('default/gone')
  put('new')
  expiry.sweep()
  assert.equal(collection.size, 4)
  now = 3_600_001
  expiry.sweep()
  assert.deepEqual(collection.keys(), ['default/again', 'default/new'])
  now = 6_600_001
  expiry.sweep()
  assert.equal(collection.size, 0)
  expiry.stop()
  assert.equal(collection.watchers, 0)
})
