import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind } from '#api/catalogue/kind.ts'
import { configMap } from '#api/core/configmap/kind.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import { type DeleteRequest, isTerminated, planDeletion, propagationProblems } from './deletion.ts'

const NOW = new Date('2030-01-01T00:01:00Z')
const AT_ONCE = '2030-01-01T00:01:00Z'
/** Half a minute is granted where nobody asks for another time. */
const patient = { ...configMap, deletion: { graceSeconds: (_, asked) => asked ?? 30 } } as Kind
/** It stays while it has contents, as a namespace does. */
const full = {
  ...configMap,
  deletion: {
    knowsNoGrace: true,
    holds: ({ metadata }) => metadata?.labels?.contents === 'some',
    marked: (object) => ({ ...object, metadata: { ...object.metadata, annotations: { marked: 'yes' } } }),
  },
} as Kind

const object = (metadata: ObjectMeta = {}): ApiObject => ({ apiVersion: 'v1', kind: 'Thing', metadata })
const plan = (kind: Kind, metadata: ObjectMeta, request: DeleteRequest = {}) => {
  const { kind: when, object: next } = planDeletion(kind, object(metadata), request, NOW)
  return [when, next.metadata]
}

test('an object without anything to wait for goes at once, and as it is', () => {
  assert.deepEqual(plan(configMap, { name: 'a', generation: 1 }), ['now', { name: 'a', generation: 1 }])
  assert.deepEqual(plan(patient, { name: 'a' }, { gracePeriodSeconds: 0 }), ['now', { name: 'a' }])
})

test('an object with finalizers stays, marked; of its generations it gets another, once', () => {
  const finalizers = ['test/holds']
  const marks = { deletionTimestamp: AT_ONCE, deletionGracePeriodSeconds: 0 }
  assert.deepEqual(plan(configMap, { finalizers, generation: 4 }), ['later', { finalizers, generation: 5, ...marks }])
  assert.deepEqual(plan(configMap, { finalizers }), ['later', { finalizers, ...marks }])
  const marked = { finalizers, generation: 5, ...marks }
  assert.deepEqual(plan(configMap, marked), ['later', marked])
})

test('a deletion that is asked for again shortens the grace, counted from the first, and never lengthens it', () => {
  const first = { deletionTimestamp: '2030-01-01T00:01:30Z', deletionGracePeriodSeconds: 30 }
  assert.deepEqual(plan(patient, {}), ['later', first])
  const cases: readonly (readonly [DeleteRequest, string, ObjectMeta])[] = [
    [{}, 'later', first],
    [{ gracePeriodSeconds: 300 }, 'later', first],
    [{ gracePeriodSeconds: 1 }, 'later', { deletionTimestamp: '2030-01-01T00:01:01Z', deletionGracePeriodSeconds: 1 }],
    [{ gracePeriodSeconds: 0 }, 'now', { deletionTimestamp: AT_ONCE, deletionGracePeriodSeconds: 0 }],
  ]
  for (const [request, when, times] of cases) assert.deepEqual(plan(patient, first, request), [when, times])
})

test('propagation is a finalizer: it takes the place of another wish, leaves the rest, and none leaves all', () => {
  const cases: readonly (readonly [readonly string[], DeleteRequest, readonly string[]])[] = [
    [[], {}, []],
    [['x', 'orphan'], {}, ['x', 'orphan']],
    [['x', 'orphan'], { propagationPolicy: 'Foreground' }, ['x', 'foregroundDeletion']],
    [['foregroundDeletion', 'x'], { propagationPolicy: 'Orphan' }, ['x', 'orphan']],
    [['foregroundDeletion', 'orphan', 'x'], { propagationPolicy: 'Background' }, ['x']],
    [['foregroundDeletion'], { propagationPolicy: 'Background' }, []],
    [[], { orphanDependents: true }, ['orphan']],
    [['orphan'], { orphanDependents: false }, []],
    [[], { propagationPolicy: 'Foreground', orphanDependents: true }, ['orphan']],
  ]
  for (const [finalizers, request, expected] of cases) {
    const { kind, object: next } = planDeletion(configMap, object({ finalizers }), request, NOW)
    const what = `${finalizers} ${JSON.stringify(request)}`
    // What goes at once goes as it was stored.
    assert.deepEqual(next.metadata?.finalizers ?? [], kind === 'now' ? finalizers : expected, what)
    assert.equal(kind, expected.length > 0 ? 'later' : 'now', what)
  }
})

test('what a Job owns stays where who deletes the Job says nothing of it, now or before', () => {
  const orphaning = { ...configMap, deletion: { orphans: true } } as Kind
  const left = (finalizers: readonly string[], request: DeleteRequest = {}) =>
    planDeletion(orphaning, object({ finalizers }), request, NOW).object.metadata?.finalizers ?? []
  assert.deepEqual(left(['x']), ['x', 'orphan'])
  assert.deepEqual(left(['orphan']), ['orphan'])
  assert.deepEqual(left(['foregroundDeletion']), ['foregroundDeletion'])
  assert.deepEqual(left([], { propagationPolicy: 'Background' }), [])
  assert.deepEqual(left([], { propagationPolicy: 'Foreground' }), ['foregroundDeletion'])
  assert.deepEqual(left([], { orphanDependents: false }), [])
})

test('what no deletion can mean is refused: an unknown propagation, two at once', () => {
  const problems = (request: DeleteRequest) => propagationProblems(request).map(({ type }) => type)
  assert.deepEqual(problems({ propagationPolicy: 'Sideways' }), ['NotSupported'])
  assert.deepEqual(problems({ propagationPolicy: 'nil' }), ['NotSupported'])
  assert.deepEqual(problems({ propagationPolicy: 'Orphan', orphanDependents: true }), ['Invalid'])
  assert.deepEqual(problems({ propagationPolicy: 'Sideways', orphanDependents: false }), ['Invalid', 'NotSupported'])
  for (const request of [{}, { orphanDependents: true }, { propagationPolicy: 'Background' }])
    assert.deepEqual(problems(request), [])
})

test('a negative grace is one second', () => {
  const times = { deletionTimestamp: '2030-01-01T00:01:01Z', deletionGracePeriodSeconds: 1 }
  assert.deepEqual(plan(patient, {}, { gracePeriodSeconds: -1 }), ['later', times])
  assert.deepEqual(plan(configMap, {}, { gracePeriodSeconds: -1 }), ['now', {}])
})

test('what holds contents stays, marked as its kind marks it, and a kind that knows no grace names none', () => {
  const labels = { contents: 'some' }
  const annotations = { marked: 'yes' }
  assert.deepEqual(plan(full, { labels }), ['later', { labels, deletionTimestamp: AT_ONCE, annotations }])
  assert.deepEqual(plan(full, {}), ['now', {}])
})

test('an object is at its end when it is deleted, its grace is over, nobody holds it and it holds nothing', () => {
  const gone = { deletionTimestamp: AT_ONCE }
  const cases: readonly (readonly [Kind, ObjectMeta, boolean])[] = [
    [configMap, {}, false],
    [configMap, gone, true],
    [configMap, { ...gone, finalizers: [] }, true],
    [configMap, { ...gone, finalizers: ['x'] }, false],
    [patient, { ...gone, deletionGracePeriodSeconds: 0 }, true],
    [patient, { ...gone, deletionGracePeriodSeconds: 1 }, false],
    [full, { ...gone, labels: { contents: 'some' } }, false],
    [full, gone, true],
  ]
  for (const [kind, metadata, ended] of cases)
    assert.equal(isTerminated(kind, object(metadata)), ended, JSON.stringify(metadata))
})
