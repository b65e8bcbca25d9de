import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from '#api/core/configmap/kind.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { ApiError } from '#client/client.ts'
import { SYSTEM } from '../access/caller.ts'
import { createTestRegistry } from '../testing/test-registry.ts'

const request = { caller: SYSTEM, namespace: 'default' }
const made = (name: string): any => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, finalizers: ['test/holds'] },
})
const refused = (error: unknown): boolean => error instanceof ApiError && error.status.code === 404

test('a kind that goes takes its objects with it, also those that finalizers hold; its watches see them go, and end', async () => {
  const registry = createTestRegistry()
  const { catalogue } = registry.machinery
  await registry.create(configMaps, made('a'), request)
  await registry.create(configMaps, made('b'), request)
  const watch = registry.watch(configMaps, {}, { resourceVersion: String(registry.revision) }, () => undefined)
  assert.equal(watch.isOver, false)
  catalogue.remove(configMaps)
  await registry.clear(configMap)
  const told = [watch.next(), watch.next()].map((event) => event?.type !== 'BOOKMARK' && event?.object.metadata?.name)
  assert.deepEqual(told, ['a', 'b'])
  assert.equal(watch.next(), undefined)
  assert.equal(watch.isOver, true)
  assert.throws(() => registry.get(configMaps, 'default', 'a'), refused)
  await assert.rejects(registry.create(configMaps, made('c'), request), refused)
})

test('a kind that comes back has no past: what was there is gone, and an older revision cannot be resumed from', async () => {
  const registry = createTestRegistry()
  const { catalogue } = registry.machinery
  await registry.create(configMaps, made('a'), request)
  const { revision } = registry
  catalogue.remove(configMaps)
  await registry.clear(configMap)
  catalogue.add(configMap)
  assert.deepEqual(registry.list(configMaps, {}).items, [])
  assert.throws(
    () => registry.watch(configMaps, {}, { resourceVersion: String(revision) }, () => undefined),
    (error) => error instanceof ApiError && error.status.code === 410,
  )
  await registry.create(configMaps, made('a'), request)
  assert.equal(registry.list(configMaps, {}).items.length, 1)
})
