import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { checkIdentity, namespaceOf, newByPut, preserveMetadata, replacing } from './identity.ts'

const object = (metadata: ObjectMeta = {}): ApiObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
/** What comes out, or the code of the refusal. */
const outcome = <T>(work: () => T): T | number | undefined => {
  try {
    return work()
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.status.code
  }
}

test('an object lies in the namespace that it or the request names, and both are one', () => {
  const cases: readonly (readonly [Resource, string | undefined, string | undefined, string | number | undefined])[] = [
    [configMaps, 'team', 'team', 'team'],
    [configMaps, undefined, 'team', 'team'],
    [configMaps, 'team', undefined, 'team'],
    [configMaps, 'team-b', 'team', 400],
    [configMaps, undefined, undefined, 400],
    [namespaces, 'team', undefined, undefined],
  ]
  for (const [resource, own, asked, expected] of cases) {
    const body = object(own === undefined ? {} : { namespace: own })
    assert.equal(
      outcome(() => namespaceOf(resource as Resource, body, asked)),
      expected,
      `${resource.plural} ${own} ${asked}`,
    )
  }
})

test('a write that names another object, another life of it or an older state is refused', () => {
  const current = object({ name: 'a', namespace: 'team', uid: 'u', resourceVersion: '7' })
  const cases: readonly (readonly [ObjectMeta, number | undefined])[] = [
    [{}, undefined],
    [{ name: 'a', namespace: 'team', uid: 'u', resourceVersion: '7' }, undefined],
    [{ resourceVersion: '0' }, undefined],
    [{ name: 'b' }, 400],
    [{ namespace: 'team-b' }, 400],
    [{ uid: 'of an earlier one' }, 422],
    [{ uid: 'of an earlier one', resourceVersion: '6' }, 409],
    [{ resourceVersion: '6' }, 409],
    [{ resourceVersion: '8' }, 409],
    [{ resourceVersion: '7x' }, 400],
  ]
  for (const [metadata, expected] of cases)
    assert.equal(
      outcome(() => checkIdentity(configMaps, 'a', 'team', object(metadata), current)),
      expected,
      JSON.stringify(metadata),
    )
})

test('what belongs to the server stays as stored, whatever a client sends, and nothing of it is invented', () => {
  const theirs: ObjectMeta = {
    name: 'other',
    namespace: 'other',
    generateName: 'other-',
    uid: 'other',
    resourceVersion: '9',
    creationTimestamp: '2031-01-01T00:00:00Z',
    generation: 9,
    deletionTimestamp: '2031-01-01T00:00:00Z',
    deletionGracePeriodSeconds: 9,
    labels: { mine: 'yes' },
  }
  const stored: ObjectMeta = {
    name: 'a',
    namespace: 'team',
    generateName: 'a-',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2030-01-01T00:00:00Z',
    generation: 3,
    deletionTimestamp: '2030-01-01T00:01:00Z',
    deletionGracePeriodSeconds: 0,
    labels: { theirs: 'yes' },
  }
  const sent = { ...object(theirs), kind: 'Other' }
  assert.deepEqual(preserveMetadata(sent, object(stored)), object({ ...stored, labels: { mine: 'yes' } }))
  const { generation: _, deletionTimestamp: __, deletionGracePeriodSeconds: ___, ...living } = stored
  assert.deepEqual(preserveMetadata(sent, object(living)), object({ ...living, labels: { mine: 'yes' } }))
})

test('of an object that is updated from a version alone none is filled in', () => {
  const current = { apiVersion: 'v1', kind: 'X', metadata: { name: 'a', resourceVersion: '7' } } as ApiObject
  const versionOf = (given: string | undefined, isConditional: boolean) => {
    const wanted = { ...current, metadata: { name: 'a', ...(given === undefined ? {} : { resourceVersion: given }) } }
    return preserveMetadata(wanted, current, isConditional).metadata?.resourceVersion
  }
  assert.deepEqual([versionOf(undefined, false), versionOf('7', true)], ['7', '7'])
  assert.deepEqual([versionOf(undefined, true), versionOf('0', true)], [undefined, undefined])
})

test('PUT of another life of an object is a conflict in the words of Kubernetes’ storage', () => {
  const current = object({ name: 'a', namespace: 'team', uid: 'u' })
  for (const wanted of [object({}), object({ uid: 'u' })])
    assert.equal(replacing(configMaps, 'a', wanted)(current), wanted)
  const refusal = (held: string) => ({
    message: `Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/team/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: x, UID in object meta: ${held}`,
  })
  const other = object({ uid: 'x' })
  assert.throws(() => replacing(configMaps, 'a', other)(current), refusal('u'))
  assert.throws(() => newByPut(configMaps, 'team/a', 'a', other), refusal(''))
  assert.deepEqual(newByPut(configMaps, 'team/a', 'a', object({ resourceVersion: '7' })), object({ name: 'a' }))
})
