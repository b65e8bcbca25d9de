import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { DatabaseKeeper, type KeeperOptions } from './database-keeper.ts'
import { readDatabase } from './database-reader.ts'
import { nameOfSet } from './name-of-set.ts'
import type { Row } from './row.ts'
import type { Written } from './written.ts'

const AGE = 300_000
let now = 0

interface Place {
  readonly path: string
  /** The one that is open, after any that was before. */
  readonly opened: (options?: Partial<KeeperOptions>) => DatabaseKeeper
  /** Does all that is due; gives how often there was something. */
  readonly tidyAll: () => number
  readonly kept: () => { readonly compacted: number; readonly revisions: readonly number[] }
}

const place = (t: TestContext): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-keeper-'))
  const path = join(folder, 'objects.db')
  let keeper: DatabaseKeeper | undefined
  now = 0
  t.after(() => {
    keeper?.close()
    rmSync(folder, { recursive: true })
  })
  return {
    path,
    opened: (options = {}) => {
      keeper?.close()
      keeper = new DatabaseKeeper({ path, firstRevision: 0, isSynchronous: false, now: () => now, ...options })
      return keeper
    },
    tidyAll: () => {
      let steps = 1
      while (keeper!.tidy()) steps++
      return steps
    },
    kept: () => {
      const { compacted, changes } = readDatabase(path)!
      return { compacted, revisions: [...changes].map(({ revision }) => revision) }
    },
  }
}

/** The states of objects, each from the one before, as storage would write them. */
const writer = () => {
  const latest = new Map<string, number>()
  let revision = 0
  return (key: string, deleted: 0 | 1 = 0, text = ''): Row => {
    const replaces = latest.get(key) ?? null
    revision++
    if (deleted) latest.delete(key)
    else latest.set(key, revision)
    return [revision, '/pods', key, replaces, deleted, JSON.stringify({ text })]
  }
}

const batch = (...rows: readonly Row[]): Written => ({ rows, sets: [] })

test('what was replaced or deleted is kept for its time, and then forgotten, while the latest of each stays', (t) => {
  const { opened, tidyAll, kept } = place(t)
  const keeper = opened()
  const write = writer()
  keeper.append(batch(write('a'), write('b'), write('c')), 0)
  keeper.append(batch(write('a'), write('b', 1)), 3)
  tidyAll()
  assert.deepEqual(kept(), { compacted: 0, revisions: [1, 2, 3, 4, 5] })
  now = AGE
  keeper.append(batch(write('a'), write('b')), 5)
  tidyAll()
  assert.deepEqual(kept(), { compacted: 0, revisions: [1, 2, 3, 4, 5, 6, 7] })
  now = AGE + AGE / 2
  tidyAll()
  assert.deepEqual(kept(), { compacted: 5, revisions: [3, 4, 6, 7] }, 'the state before what is kept stays')
  now = 3 * AGE
  tidyAll()
  assert.deepEqual(kept(), { compacted: 7, revisions: [3, 6, 7] })
})

test('much is forgotten step by step, so that nobody waits for all of it', (t) => {
  const { opened, tidyAll, kept } = place(t)
  const keeper = opened()
  const write = writer()
  for (let count = 0; count < 30; count++)
    keeper.append(batch(...Array.from({ length: 100 }, (_, index) => write(`key-${index}`))), count * 100)
  now = 3 * AGE
  assert.ok(tidyAll() > 5)
  assert.deepEqual(kept(), { compacted: 3000, revisions: Array.from({ length: 100 }, (_, index) => 2901 + index) })
})

test('the past is limited in octets, whatever its age', (t) => {
  const { opened, tidyAll, kept } = place(t)
  const keeper = opened({ limits: { age: AGE, octets: 100_000 } })
  const write = writer()
  const text = 'x'.repeat(1000)
  for (let count = 1; count <= 1000; count++) {
    keeper.append(batch(write('a', 0, text)), count - 1)
    tidyAll()
  }
  const { compacted, revisions } = kept()
  assert.ok(revisions.length <= 110, `${revisions.length}`)
  assert.ok(revisions.length >= 80, `${revisions.length}`)
  assert.ok(compacted >= 890 && compacted < 920, `${compacted}`)
})

test('who opens a file forgets what it holds when its time has come, from then on', (t) => {
  const { opened, tidyAll, kept } = place(t)
  const write = writer()
  opened().append(batch(write('a'), write('a'), write('b'), write('b', 1)), 0)
  now = 1_000_000
  const keeper = opened()
  assert.equal(keeper.last, 4)
  tidyAll()
  assert.deepEqual(kept().revisions, [1, 2, 3, 4])
  now += 2 * AGE
  tidyAll()
  assert.deepEqual(kept(), { compacted: 4, revisions: [2] })
  assert.equal(opened().last, 4, 'a revision that was forgotten is not given out again')
})

test('bounds: the log is moved into the file before it grows large, and begins anew', (t) => {
  const { path, opened, tidyAll } = place(t)
  const keeper = opened()
  const write = writer()
  const text = 'x'.repeat(100_000)
  for (let count = 0; count < 300; count++) {
    keeper.append(batch(write(`key-${count}`, 0, text)), count)
    tidyAll()
  }
  assert.ok(statSync(path).size > 24_000_000)
  assert.ok(statSync(`${path}-wal`).size < 10_000_000, `${statSync(`${path}-wal`).size}`)
})

test('a log grows by each batch, however small, and is moved for that too', (t) => {
  const { path, opened, tidyAll } = place(t)
  const keeper = opened({ checkpointAt: 50_000 })
  const write = writer()
  for (let count = 0; count < 40; count++) {
    keeper.append(batch(write(`key-${count}`)), count)
    tidyAll()
  }
  assert.ok(statSync(`${path}-wal`).size < 150_000, `${statSync(`${path}-wal`).size}`)
})

test('bounds: a log that others have left, who never came to moving it, does not grow for ever', (t) => {
  const { path } = place(t)
  const write = writer()
  const text = 'x'.repeat(100_000)
  for (let count = 0; count < 60; count++) {
    const keeper = new DatabaseKeeper({ path, firstRevision: 0, isSynchronous: false })
    // Closed, it would move its log: these are killed.
    t.after(() => keeper.close())
    keeper.append(batch(write(`key-${count}`, 0, text)), count)
    keeper.tidy()
  }
  assert.ok(statSync(`${path}-wal`).size < 5_000_000, `${statSync(`${path}-wal`).size}`)
})

test('what a refused batch has left goes with the next', (t) => {
  const { opened, kept } = place(t)
  const keeper = opened()
  const write = writer()
  keeper.append(batch(write('a')), 0)
  keeper.append(batch(write('lost'), write('lost too')), 1)
  // As after a fault of the disk: whoever asked was told that nothing has happened.
  opened().append(batch([7, '/pods', 'b', null, 0, '{}']), 1)
  assert.deepEqual(kept().revisions, [1, 7])
})

test('a set that is there already does no harm, and one that is refused takes its rows with it', (t) => {
  const { path, opened, kept } = place(t)
  const write = writer()
  const sets = [[nameOfSet('{}'), '{}']] as const
  const keeper = opened()
  keeper.append({ rows: [write('a')], sets }, 0)
  keeper.append({ rows: [write('b')], sets }, 1)
  assert.deepEqual([...readDatabase(path)!.sets], sets)
  const other = [[nameOfSet('[]'), '[]']] as const
  const rows = [write('c')]
  assert.throws(() => keeper.append({ rows: [...rows, ...rows], sets: other }, 2))
  assert.deepEqual([...readDatabase(path)!.sets], sets)
  const database = new DatabaseSync(path)
  database.exec("CREATE TRIGGER refuse BEFORE INSERT ON sets BEGIN SELECT RAISE(ABORT, 'no'); END")
  database.close()
  assert.throws(() => keeper.append({ rows, sets: other }, 2))
  assert.deepEqual(kept().revisions, [1, 2])
})

test('a second one that has the file open since before the first has forgotten something remembers nothing again', async (t) => {
  const { path, opened } = place(t)
  const write = writer()
  const limits = { age: AGE, octets: 20_000 }
  const before = opened()
  const text = 'x'.repeat(500)
  const history = [...Array.from({ length: 100 }, () => write('a', 0, text)), write('b', 0, text), write('b', 1, text)]
  for (const row of history) before.append({ rows: [row], sets: [] }, row[0] - 1)
  // As the server's own thread and the one that takes over from it.
  const first = opened({ limits })
  const second = new DatabaseKeeper({ path, firstRevision: 0, isSynchronous: true, now: () => now, limits })
  t.after(() => second.close())
  const append = (keeper: DatabaseKeeper): void => {
    const row = write('a', 0, text)
    keeper.append({ rows: [row], sets: [] }, row[0] - 1)
  }
  append(first)
  await first.sync()
  while (first.tidy());
  const { compacted } = readDatabase(path)!
  assert.ok(compacted >= history.length, `${compacted}`)
  append(second)
  // The next step would go further again: whoever is killed before it must find the past as it is.
  second.tidy()
  assert.ok(readDatabase(path)!.compacted >= compacted)
})
