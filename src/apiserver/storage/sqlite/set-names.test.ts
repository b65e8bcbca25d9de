import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import type { Change } from '../journal.ts'
import { nameOfSet } from './name-of-set.ts'
import { SetNames } from './set-names.ts'

const SET = { 'f:spec': { 'f:ports': {} } }
const NAME = nameOfSet(JSON.stringify(SET))

const owned = (...sets: readonly object[]): Change => ({
  revision: 1,
  resource: { group: '', plural: 'services' },
  key: 'default/a',
  replaces: undefined,
  deleted: false,
  object: {
    spec: { fieldsV1: 'x' },
    metadata: { name: 'a', managedFields: sets.map((fieldsV1) => ({ manager: 'm', fieldsV1, operation: 'Apply' })) },
  } as unknown as ApiObject,
})
/** What rows say in place of sets. */
const said = (names: SetNames, ...changes: readonly Change[]) => {
  const { rows, sets } = names.write(changes)
  const objects = rows.map((row) => JSON.parse(row[5]) as { metadata: { managedFields: { fieldsV1: unknown }[] } })
  return { sets, fields: objects.flatMap(({ metadata }) => metadata.managedFields.map(({ fieldsV1 }) => fieldsV1)) }
}

test('a set that is met again is named, and comes with each batch until it lasts', () => {
  const names = new SetNames()
  assert.deepEqual(said(names, owned(SET)), { fields: [SET], sets: [] })
  const asNamed = { fields: [NAME], sets: [[NAME, JSON.stringify(SET)]] }
  assert.deepEqual(said(names, owned(SET)), asNamed)
  assert.deepEqual(said(names, owned(SET)), asNamed, 'the batch before may have been refused')
  assert.deepEqual(said(names, owned(SET), owned(SET)), { ...asNamed, fields: [NAME, NAME] }, 'once in a batch')
  names.keep([NAME])
  assert.deepEqual(said(names, owned(SET)), { fields: [NAME], sets: [] })
})

test('all else of an object is written as it is, in its order', () => {
  const names = new SetNames()
  const change = owned(SET, { 'f:other': {} })
  const whole = JSON.stringify(change.object)
  assert.equal(names.write([change]).rows[0]![5], whole)
  assert.equal(
    names.write([owned(SET)]).rows[0]![5],
    JSON.stringify(owned(SET).object).replace(JSON.stringify(SET), `"${NAME}"`),
  )
  const bare = { ...change, object: { metadata: { name: 'a' } } as ApiObject }
  assert.equal(names.write([bare]).rows[0]![5], '{"metadata":{"name":"a"}}')
  const incomplete = {
    ...change,
    object: { metadata: { managedFields: [{ manager: 'm' }, { fieldsV1: null }] } } as unknown as ApiObject,
  }
  assert.equal(
    names.write([incomplete]).rows[0]![5],
    '{"metadata":{"managedFields":[{"manager":"m"},{"fieldsV1":null}]}}',
  )
})

test('what an earlier life has kept is named without being written again', () => {
  const names = new SetNames()
  names.keep([NAME])
  assert.deepEqual(said(names, owned(SET), owned(SET)), { fields: [SET, NAME], sets: [] })
  const full = new SetNames(1)
  full.keep([NAME])
  const other = { 'f:other': {} }
  assert.deepEqual(said(full, owned(SET, other), owned(SET, other)), { fields: [SET, other, NAME, other], sets: [] })
})

test('a long set, and one beyond as many as are kept, is written where it stands', () => {
  const names = new SetNames(2)
  const long = { [`f:${'x'.repeat(4096)}`]: {} }
  assert.deepEqual(said(names, owned(long), owned(long), owned(long)), { fields: [long, long, long], sets: [] })
  const few = [1, 2, 3].map((number) => ({ [`f:${number}`]: {} }))
  said(names, owned(...few))
  const { fields, sets } = said(names, owned(...few))
  assert.deepEqual(fields, [nameOfSet('{"f:1":{}}'), nameOfSet('{"f:2":{}}'), { 'f:3': {} }])
  assert.equal(sets.length, 2)
  names.keep(sets.map(([name]) => name))
  assert.deepEqual(said(names, owned(few[2]!)), { fields: [few[2]], sets: [] })
})

test('sets that last count among as many as are kept', () => {
  const names = new SetNames(1)
  names.keep([NAME])
  const fresh = { 'f:fresh': {} }
  said(names, owned(fresh))
  assert.deepEqual(said(names, owned(fresh)), { fields: [fresh], sets: [] })
})

test('a name follows from every letter of a set, for good', () => {
  const long = 'x'.repeat(4000)
  assert.notEqual(nameOfSet(`{"f:${long}a":{}}`), nameOfSet(`{"f:${long}b":{}}`))
  // A file that was written before names it so.
  assert.equal(nameOfSet('{"f:spec":{"f:ports":{}}}'), 'xa-R1IXildaMe8hp')
})
