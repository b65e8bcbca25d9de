import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJson } from '../../json.ts'
import type { JsonObject } from '../../json-value.ts'
import { Service } from '../../testing/messages.ts'
import { serviceObject } from '../testing/objects.ts'
import { owned, service } from '../testing/owned.ts'
import { isAlike } from '../values/alike.ts'
import { entriesAfterUpdate } from './field-manager.ts'

const NOW = '2026-11-27T12:00:00Z'
const held = (value: JsonObject): JsonObject => decodeJson(Service, value).object as unknown as JsonObject
const made = (kind: ReturnType<typeof owned>, object: JsonObject, manager = 'a') =>
  entriesAfterUpdate(kind, undefined, object, undefined, manager, NOW)

test('bounds: who makes an object owns of it what is there, whatever was made of its kind before', () => {
  const objects = fc.array(serviceObject.map(held), { minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(objects, fc.boolean(), (some, isTyped) => {
      const kind = owned({ isTyped })
      for (const object of some) assert.deepEqual(made(kind, object), made(owned({ isTyped }), object))
    }),
    { numRuns: 300 },
  )
})

const web = (port: object, more: object = {}) =>
  service({
    metadata: { name: 'web', labels: { app: 'web' }, ...more },
    spec: { ports: [port], selector: { app: 'web' } },
  })

test('objects that differ in values alone are alike, and in names, keys of items and zeros they are not', () => {
  const { compared } = owned()
  const one = web({ port: 80, targetPort: 8080, protocol: 'TCP' })
  const alike = (other: JsonObject): boolean => isAlike(compared, one, other, true)
  assert.ok(alike(web({ port: 80, targetPort: 9090, protocol: 'TCP' }, { name: 'other', labels: { app: 'other' } })))
  for (const other of [
    web({ port: 81, targetPort: 8080, protocol: 'TCP' }),
    web({ port: 80, protocol: 'TCP' }),
    web({ port: 80, targetPort: 8080, protocol: 'TCP', name: 'http' }),
    web({ port: 80, targetPort: 8080, protocol: 'TCP' }, { labels: { other: 'web' } }),
    web({ port: 80, targetPort: 8080, protocol: 'TCP' }, { labels: {} }),
    service({ metadata: { name: 'web', labels: { app: 'web' } }, spec: { ports: [] } }),
  ])
    assert.ok(!alike(other), JSON.stringify(other))
})

test('what becomes of an object after it was made says nothing of the next one', () => {
  const kind = owned()
  const first = { port: 80, targetPort: 8080 } as { port: number; targetPort: number; nodePort?: number }
  made(kind, web(first))
  first.nodePort = 30_080
  const second = web({ port: 80, targetPort: 8080, nodePort: 30_081 })
  assert.deepEqual(made(kind, second), made(owned(), second))
})

test('what one writer makes within a second shows the same entries, and another or a later one its own', () => {
  const kind = owned()
  const at = (manager: string, now: string, name: string) =>
    entriesAfterUpdate(kind, undefined, web({ port: 80 }, { name }), undefined, manager, now)
  const first = at('a', NOW, 'one')
  assert.equal(at('a', NOW, 'two'), first)
  assert.deepEqual(at('b', NOW, 'three'), [{ ...first![0], manager: 'b' }])
  assert.deepEqual(at('b', '2026-11-27T12:00:01Z', 'four'), [
    { ...first![0], manager: 'b', time: '2026-11-27T12:00:01Z' },
  ])
})

test('an object that holds nothing of its own is nobody\u2019s', () => {
  const kind = owned()
  const bare = service({ metadata: { name: 'web' } })
  for (const _ of [1, 2]) assert.equal(made(kind, bare), undefined)
})
