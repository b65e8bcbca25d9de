import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { objectOf } from '../unread-object.ts'
import { changeReader, checksum, LOADED_COLUMNS, type LoadedRow, type Row } from './row.ts'
import { SCHEMA } from './schema.ts'

const written: readonly Row[] = [
  [7, '/pods', 'default/a', null, 0, '{"metadata":{"name":"a"}}'],
  [9, 'rbac.authorization.k8s.io/clusterroles', 'with  null 1 {"spaces"} ß🜁', 8, 0, '{"ß":"🜁\\u0000 "}'],
  [Number.MAX_SAFE_INTEGER, '/pods', 'default/a', 7, 1, '{"metadata":{"name":"a","x":"1 0 {}"}}'],
]

/** As they lie in a table. */
const loaded = (rows: readonly Row[]): readonly LoadedRow[] => {
  const database = new DatabaseSync(':memory:')
  database.exec(SCHEMA)
  const insert = database.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)')
  for (const row of rows) insert.run(...row.slice(0, 5), checksum(row), row[5])
  const select = database.prepare(`SELECT ${LOADED_COLUMNS} FROM changes ORDER BY revision`)
  select.setReturnArrays(true)
  return select.all() as unknown as LoadedRow[]
}

test('what is loaded of a row is what was written', () => {
  const changes = loaded(written).map(changeReader(new Map()))
  assert.deepEqual(
    changes.map((change) => change && { ...change, object: objectOf(change.object) }),
    written.map(([revision, resource, key, replaces, deleted, object]) => ({
      revision,
      resource: { group: resource.split('/')[0], plural: resource.split('/')[1] },
      key,
      replaces: replaces ?? undefined,
      deleted: deleted === 1,
      object: JSON.parse(object),
    })),
  )
})

test('a row of which a part is another, or missing, is none', () => {
  const read = changeReader(new Map())
  for (const [whole, crc, revision, key] of loaded(written)) {
    assert.notEqual(read([whole, crc, revision, key]), undefined)
    assert.equal(read([whole, crc ^ 1, revision, key]), undefined)
    assert.equal(read([`${whole} `, crc, revision, key]), undefined)
    assert.equal(read([null, crc, revision, key]), undefined)
  }
})
