import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { SYSTEM } from '../access/caller.ts'
import { createTestRegistry } from '../testing/test-registry.ts'
import { expireEvents } from './event-expiry.ts'

const request = { caller: SYSTEM, namespace: 'default' }

test('an Event goes an hour after it was last written, and not before', async () => {
  let now = 0
  let count = 0
  const registry = createTestRegistry()
  const put = async (name: string): Promise<void> => {
    const involvedObject = { kind: 'Pod', namespace: 'default', name: 'x' }
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject, count: ++count } as ApiObject
    await registry.put(events, name, event, request)
  }
  const names = (): readonly (string | undefined)[] =>
    registry.list(events, {}).items.map(({ metadata }) => metadata?.name)
  await put('before')
  const expiry = expireEvents(registry, events, () => now, assert.ifError)
  await expiry.sweep()
  await put('old')
  await put('again')
  await put('gone')
  await expiry.sweep()
  now = 3_000_000
  await put('again')
  await registry.delete(events, 'gone', request)
  await put('new')
  await expiry.sweep()
  assert.deepEqual(names(), ['again', 'before', 'new', 'old'])
  now = 3_600_001
  await expiry.sweep()
  assert.deepEqual(names(), ['again', 'new'])
  now = 6_600_001
  await expiry.sweep()
  assert.deepEqual(names(), [])
  expiry.stop()
  assert.equal(registry.count(events).watches, 0)
})
