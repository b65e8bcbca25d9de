import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DatabaseFile } from './database-file.ts'
import { readDatabase } from './database-reader.ts'

test('what the disk did not take is not there for the next append, which is told so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-file-'))
  const path = join(folder, 'objects.db')
  let fault: Error | undefined
  const syncData = async (): Promise<void> => {
    if (fault !== undefined) throw fault
  }
  const file = new DatabaseFile(path, { firstRevision: 100, isSynchronous: false, syncData })
  t.after(() => {
    file.close()
    rmSync(folder, { recursive: true })
  })
  file.append({ rows: [[101, '/pods', 'a', null, 0, '{}']], sets: [] }, 100)
  await file.sync()
  fault = new Error('EIO')
  file.append({ rows: [[102, '/pods', 'lost', null, 0, '{}']], sets: [] }, 101)
  await assert.rejects(file.sync(), fault)
  // Who wrote `lost` was refused, and its revision was given out again.
  file.append({ rows: [[102, '/pods', 'b', null, 0, '{}']], sets: [] }, 101)
  assert.deepEqual(
    [...readDatabase(path)!.changes].map(({ key }) => key),
    ['a', 'b'],
  )
})
