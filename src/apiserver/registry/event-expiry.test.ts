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

test('Events that are there at the start go an hour after the latest time that they name', async () => {
  const at = (minutes: number): string => new Date(minutes * 60_000).toISOString()
  let now = 0
  const registry = createTestRegistry({ now: () => new Date(now) })
  const put = (name: string, times: object): Promise<unknown> => {
    const involvedObject = { kind: 'Pod', namespace: 'default', name: 'x' }
    const who = { type: 'Normal', reason: 'x', action: 'x', reportingComponent: 'x', reportingInstance: 'x' }
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject, ...who, ...times } as ApiObject
    return registry.put(events, name, event, request)
  }
  const names = (): readonly (string | undefined)[] =>
    registry.list(events, {}).items.map(({ metadata }) => metadata?.name)
  await put('created', {})
  await put('first', { firstTimestamp: at(10) })
  await put('last', { firstTimestamp: at(0), lastTimestamp: at(20) })
  await put('series', { eventTime: at(0), series: { count: 2, lastObservedTime: at(30) } })
  await put('told', { eventTime: at(40) })
  await put('tomorrow', { lastTimestamp: at(24 * 60) })
  now = 50 * 60_000
  const expiry = expireEvents(registry, events, () => now, assert.ifError)
  const left: number[] = []
  for (const minutes of [50, 60, 70, 80, 90, 100, 110]) {
    now = minutes * 60_000
    await expiry.sweep()
    left.push(names().length)
  }
  assert.deepEqual(left, [6, 5, 4, 3, 2, 1, 0])
  expiry.stop()
})
