import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { JournalError } from '../journal.ts'
import { DatabaseError } from './database-error.ts'
import { readDatabase } from './database-reader.ts'
import { DatabaseThread } from './database-thread.ts'
import type { Row } from './row.ts'
import type { Written } from './written.ts'

const folderOf = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-thread-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}
const row = (revision: number): Row => [revision, '/pods', 'n/a', null, 0, '{}']
const batch = (...rows: readonly Row[]): Written => ({ rows, sets: [] })

test('an append that the file refuses is told to who waits for it, and those after it are written', async (t) => {
  const path = join(folderOf(t), 'objects.db')
  const thread = await DatabaseThread.start({ path, firstRevision: 1 }, () => {})
  await thread.append(batch(row(2)), 1)
  await assert.rejects(thread.append(batch(row(3), row(3)), 2), (error) => {
    assert.ok(error instanceof JournalError)
    assert.equal(error.code, 'FAILED')
    return true
  })
  await thread.append(batch(row(3)), 2)
  await thread.close()
  assert.deepEqual(
    [...readDatabase(path)!.changes].map(({ revision }) => revision),
    [2, 3],
  )
  await assert.rejects(thread.append(batch(row(4)), 3), { message: 'the thread of the database has ended' })
})

test('a thread that finds no place for its file ends: who waits is told, and why is reported', async (t) => {
  const told: string[] = []
  const path = join(folderOf(t), 'missing', 'objects.db')
  await assert.rejects(
    DatabaseThread.start({ path, firstRevision: 1 }, (what) => told.push(what)),
    (error) => {
      assert.ok(error instanceof DatabaseError)
      assert.equal(error.code, 'DATABASE_ABANDONED')
      return true
    },
  )
  assert.equal(told.length, 1)
  assert.match(told[0]!, /^the thread has ended: /)
})
