import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DatabaseFile } from './database-file.ts'
import { readDatabase } from './database-reader.ts'

/** This process's descriptors of a file. */
const descriptorsOf = (path: string): readonly number[] =>
  readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`) === path
      } catch {
        // That of the list itself.
        return false
      }
    })

test('what the disk did not take is not there for the next append, which is told so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-file-'))
  const path = join(folder, 'objects.db')
  const file = new DatabaseFile(path, { firstRevision: 100, isSynchronous: false })
  t.after(() => {
    file.close()
    rmSync(folder, { recursive: true })
  })
  file.append({ rows: [[101, '/pods', 'a', null, 0, '{}']], sets: [] }, 100)
  const ofDatabase = descriptorsOf(`${path}-wal`)
  await file.sync()
  // In place of the log: something that cannot be brought to a disk.
  const log = descriptorsOf(`${path}-wal`).find((one) => !ofDatabase.includes(one))!
  closeSync(log)
  assert.equal(openSync('/dev/null', 'r'), log)
  file.append({ rows: [[102, '/pods', 'lost', null, 0, '{}']], sets: [] }, 101)
  await assert.rejects(file.sync(), { code: 'EINVAL' })
  // Who wrote `lost` was refused, and its revision was given out again.
  file.append({ rows: [[102, '/pods', 'b', null, 0, '{}']], sets: [] }, 101)
  assert.deepEqual(
    [...readDatabase(path)!.changes].map(({ key }) => key),
    ['a', 'b'],
  )
})
