import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../json-value.ts'
import { has, isEmpty, pathsOf, setOf } from '../sets/field-set.ts'
import { fieldElement } from '../sets/path-element.ts'
import { owned, service } from '../testing/owned.ts'
import { DEDUCED } from '../types/field-type.ts'
import { ApplyConflict } from './conflict.ts'
import { lastAppliedOf, withLastApplied } from './last-applied.ts'
import { NOBODYS } from './owned-kind.ts'
import { entriesOf, forgetsOwners, type ManagedFieldsEntry, type Owner, readOwners, writeOwners } from './owners.ts'
import { reconcileOwners } from './reconcile.ts'
import { entriesAfterScale, replicasPath, scaleEntries } from './scale-owners.ts'
import { NOBODYS_SET } from './update.ts'

const entry = (manager: string, fieldsV1: object, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry =>
  ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: 't',
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...more,
  }) as ManagedFieldsEntry
const managers = (entries: readonly ManagedFieldsEntry[] | undefined): string =>
  (entries ?? [])
    .map(({ manager, apiVersion, subresource }) => `${manager} ${apiVersion} ${subresource ?? ''}`.trim())
    .join(', ')

test('entries are in the order of Kubernetes: who applies, then by time, name, version and part', () => {
  const set = { 'f:a': {} }
  const entries = [
    entry('z', set, { operation: 'Apply', time: 't9' }),
    entry('y', set, { time: 't1' }),
    entry('b', set, { time: 't2' }),
    entry('c', set, { time: 't2', apiVersion: 'v0' }),
    entry('c', set, { time: 't2' }),
    entry('c', set, { time: 't2', subresource: 'status' }),
  ]
  const { time: _, ...timeless } = entry('x', set)
  const shuffled = [5, 2, 0, 3, 1, 4].map((index) => entries[index]!)
  const written = writeOwners(readOwners([...shuffled, timeless]))
  assert.equal(managers(written), 'z v1, x v1, y v1, b v1, c v0, c v1, c v1 status')
  assert.deepEqual(written, [entries[0], timeless, ...entries.slice(1)], 'as they came')
  assert.equal(writeOwners(new Map()), undefined)
})

test('an entry that cannot be read is told by what is wrong with it', () => {
  const reading = (more: object) => () => readOwners([entry('a', {}), entry('b', {}, more)])
  assert.throws(reading({ operation: 'Delete' }), { message: 'operation must be `Apply` or `Update`' })
  assert.throws(reading({ apiVersion: '' }), { message: 'apiVersion must not be empty' })
  assert.throws(reading({ fieldsType: undefined }), { message: 'missing fieldsType in managed fields entry 1' })
  assert.throws(reading({ fieldsType: 'V2' }), { message: 'invalid fieldsType "V2" in managed fields entry 1' })
})

test('an empty list, or one entry that is empty, asks that all owners be forgotten', () => {
  const asks = [undefined, [], [{}], [{ manager: undefined }], [{}, {}], [entry('a', {})]] as never[]
  assert.deepEqual(asks.map(forgetsOwners), [false, true, true, true, false, false])
  assert.equal(entriesOf({}), undefined)
})

test('nobody owns the names of an object, nor what the server says of it', () => {
  const metadata = 'name namespace creationTimestamp selfLink uid clusterName generation managedFields resourceVersion'
  const names = ['apiVersion', 'kind', ...metadata.split(' ').map((name) => `metadata.${name}`)]
  assert.deepEqual(
    NOBODYS.map((path) => path.join('.')),
    names,
  )
  for (const path of ['metadata', ...names]) assert.ok(has(NOBODYS_SET, path.split('.').map(fieldElement)), path)
  assert.equal(pathsOf(NOBODYS_SET).length, names.length + 1)
})

test('a conflict names its owners, each once, with the fields of each', () => {
  const owner = (manager: string, more: Partial<Owner> = {}): Owner =>
    ({ manager, operation: 'Update', apiVersion: 'v1', subresource: '', time: 't', ...more }) as Owner
  const path = (...names: string[]) => names.map(fieldElement)
  const [one, other] = [owner('a'), owner('b "c"', { operation: 'Apply', subresource: 'status' })]
  const conflict = new ApplyConflict([
    { owner: one, path: path('spec', 'x') },
    { owner: one, path: path('spec', 'y') },
    { owner: other, path: path('spec', 'z') },
  ])
  assert.equal(conflict.name, 'ApplyConflict')
  const who = ['"a" using v1', '"b \\"c\\"" with subresource "status"']
  assert.equal(
    conflict.message,
    `Apply failed with 3 conflicts: conflicts with ${who[0]}:\n- .spec.x\n- .spec.y\nconflicts with ${who[1]}:\n- .spec.z`,
  )
  assert.deepEqual(conflict.causes[2], {
    reason: 'FieldManagerConflict',
    message: `conflict with ${who[1]}`,
    field: '.spec.z',
  })
  const less = conflict.without(setOf([path('spec', 'x'), path('spec', 'y')]))!
  assert.equal(less.message, `Apply failed with 1 conflict: conflict with ${who[1]}: .spec.z`)
  assert.equal(less.without(setOf([path('spec', 'z')])), undefined)
})

test('the note of kubectl apply is left away where all annotations together would be more than 256 KiB', () => {
  const name = 'kubectl.kubernetes.io/last-applied-configuration'
  const noted = (rest: number) => {
    const live = service({ metadata: { annotations: { [name]: '{}', a: 'x'.repeat(rest) } } })
    return lastAppliedOf(withLastApplied(live, { kind: 'K', metadata: { annotations: { [name]: 'old', b: '1' } } }))
  }
  const note = '{"kind":"K","metadata":{"annotations":{"b":"1"}}}\n'
  const rest = 256 * 1024 - name.length - note.length - 1
  assert.equal(noted(0), note)
  assert.equal(noted(rest), note)
  assert.equal(noted(rest + 1), undefined)
  for (const text of ['', 5, undefined])
    assert.equal(lastAppliedOf({ metadata: { annotations: { [name]: text } } } as JsonObject), undefined)
  assert.equal(lastAppliedOf({ metadata: {} }), undefined)
})

test('owners of custom resources go by the types of today, those of versions that are gone are gone', () => {
  const versions = {
    v2: { kind: owned({ apiVersion: 'v2', type: DEDUCED }), convert: () => ({}), restore: () => ({}) },
  }
  const kind = owned({ isTyped: false, type: DEDUCED, versions })
  const kept = readOwners([entry('a', { 'f:spec': { 'f:x': {} } }), entry('b', { 'f:spec': {} }, { apiVersion: 'v2' })])
  assert.equal(reconcileOwners(kind, kept), kept)
  const gone = readOwners([entry('a', { 'f:spec': { 'f:x': {} } }), entry('b', { 'f:spec': {} }, { apiVersion: 'v0' })])
  assert.equal(managers(writeOwners(reconcileOwners(kind, gone))), 'a v1')
  assert.equal(reconcileOwners(owned(), gone), gone, 'what a message declares stays as it is')
})

const REPLICAS = { 'f:spec': { 'f:replicas': {} } }
const paths = new Map([
  ['apps/v1', replicasPath(['spec', 'replicas'])],
  ['apps/v2', undefined],
])
const ofApps = (manager: string, fields: object, more: Partial<ManagedFieldsEntry> = {}) =>
  entry(manager, fields, { apiVersion: 'apps/v1', ...more })

test('the owners of a Scale are those who own the number of replicas', () => {
  const entries = [
    ofApps('a', { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } }),
    ofApps('b', { 'f:spec': { 'f:paused': {} } }),
    ofApps('c', REPLICAS, { apiVersion: 'apps/v2' }),
    ofApps('d', REPLICAS, { apiVersion: 'apps/v0' }),
  ]
  assert.deepEqual(scaleEntries(entries, paths), [entry('a', REPLICAS, { apiVersion: 'autoscaling/v1' })])
  assert.equal(scaleEntries(undefined, paths), undefined)
})

test('after a Scale was written who has the number owns it, and who has it no more keeps the rest', () => {
  const entries = [
    ofApps('a', { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } }),
    ofApps('b', REPLICAS),
    ofApps('c', { 'f:spec': { 'f:paused': {} } }),
    ofApps('d', REPLICAS, { apiVersion: 'apps/v0' }),
    ofApps('e', REPLICAS, { apiVersion: 'apps/v2' }),
  ]
  const scale = [
    entry('hpa', { 'f:spec': { 'f:replicas': {} } }, { apiVersion: 'autoscaling/v1', subresource: 'scale' }),
    entry('other', { 'f:status': {} }, { apiVersion: 'autoscaling/v1' }),
  ]
  assert.deepEqual(
    entriesAfterScale(entries, scale, paths, 'apps/v1'),
    [
      ofApps('hpa', REPLICAS, { time: undefined, subresource: 'scale' }),
      ofApps('a', { 'f:spec': { 'f:paused': {} } }),
      ofApps('c', { 'f:spec': { 'f:paused': {} } }),
      ofApps('e', REPLICAS, { apiVersion: 'apps/v2' }),
    ].map((one) => JSON.parse(JSON.stringify(one))),
  )
  const untouched = (more: Partial<ManagedFieldsEntry>) => {
    const before = [ofApps('a', REPLICAS, more)]
    return entriesAfterScale(before, scaleEntries(before, paths), paths, 'apps/v1')?.map(({ time }) => time)
  }
  assert.deepEqual(untouched({ operation: 'Apply' }), ['t'])
  assert.deepEqual(untouched({}), [undefined], 'an update is one of its version: none of a Scale is of apps/v1')
  const nowhere = readOwners(entriesAfterScale([], scale, paths, 'apps/v2'))
  assert.ok([...nowhere.values()].every(({ fields }) => isEmpty(fields)))
})
