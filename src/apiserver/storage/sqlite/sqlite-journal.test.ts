import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { canonicalSet } from '#schema/apply/sets/canonical-set.ts'
import type { Change } from '../journal.ts'
import { objectOf } from '../unread-object.ts'
import { DatabaseError } from './database-error.ts'
import { type Appender, DatabaseThread } from './database-thread.ts'
import { checksum } from './row.ts'
import { APPLICATION_ID, SCHEMA, SETS } from './schema.ts'
import { SqliteJournal, type SqliteJournalOptions } from './sqlite-journal.ts'

const PODS = { group: '', plural: 'pods' }
const SLICES = { group: 'discovery.k8s.io', plural: 'endpointslices' }
const LONG = 1 << 30

interface Place {
  readonly folder: string
  readonly path: string
  readonly journalOf: (options?: Partial<SqliteJournalOptions>) => SqliteJournal
}

/** Of one test: what it opens is closed, and what it writes is gone, after it. */
const place = (t: TestContext): Place => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-journal-'))
  const path = join(folder, 'objects.db')
  const opened: SqliteJournal[] = []
  t.after(async () => {
    for (const journal of opened) await journal.close()
    rmSync(folder, { recursive: true })
  })
  return {
    folder,
    path,
    journalOf: (options = {}) => {
      const journal = new SqliteJournal({ path, firstRevision: 100, threadAfter: LONG, report: () => {}, ...options })
      opened.push(journal)
      return journal
    },
  }
}

const labelled = (text: string): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', labels: { text } },
})
const change = (revision: number, key: string, more: Partial<Change> = {}): Change => ({
  revision,
  resource: PODS,
  key,
  replaces: undefined,
  deleted: false,
  object: { metadata: { name: key, resourceVersion: String(revision) } } as ApiObject,
  ...more,
})

const loaded = (journal: SqliteJournal): { readonly compacted: number; readonly changes: readonly Change[] } => {
  const { compacted, changes } = journal.load()
  return { compacted, changes: [...changes].map((one) => ({ ...one, object: objectOf(one.object) })) }
}

test('what was appended is there for the next process, also where nobody closed the file', async (t) => {
  const { path, journalOf } = place(t)
  const journal = journalOf()
  assert.deepEqual(loaded(journal), { compacted: 100, changes: [] })
  assert.equal(journal.isEmpty, true)
  assert.equal(existsSync(path), false, 'nothing is made before there is something to keep')
  const first = [change(101, 'default/a'), change(102, 'default/ß', { resource: SLICES })]
  const second = [
    change(105, 'default/a', { replaces: 101, object: labelled('“🜁”\0') }),
    change(106, 'default/ß', { replaces: 102, resource: SLICES, deleted: true }),
  ]
  await journal.append(first)
  await journal.append(second)
  const next = journalOf()
  assert.deepEqual(loaded(next), { compacted: 100, changes: [...first, ...second] })
  assert.equal(next.isEmpty, false)
})

test('a file goes on where it ended, and its first revision is that of its beginning', async (t) => {
  const { journalOf } = place(t)
  const first = journalOf()
  first.load()
  await first.append([change(101, 'a')])
  await first.close()
  const second = journalOf({ firstRevision: 5000 })
  loaded(second)
  await second.append([change(102, 'b')])
  await second.close()
  assert.deepEqual(
    [loaded(journalOf()).compacted, loaded(journalOf()).changes.map(({ revision }) => revision)],
    [100, [101, 102]],
  )
})

test('a thread takes over while batches come, and none is lost, doubled or out of order', async (t) => {
  const { journalOf } = place(t)
  let started = false
  const journal = journalOf({
    threadAfter: 0,
    startThread: async (...options) => {
      const thread = await DatabaseThread.start(...options)
      started = true
      return thread
    },
  })
  journal.load()
  let revision = 100
  for (let after = 0; after < 20; after += started ? 1 : 0)
    await journal.append([change(++revision, `before-${revision}`), change(++revision, `then-${revision}`)])
  await journal.close()
  assert.deepEqual(
    loaded(journalOf()).changes.map((one) => one.revision),
    Array.from({ length: revision - 100 }, (_, index) => 101 + index),
  )
})

/** A thread that ends in the middle of an append; `writes`: whether that had become true. */
const endingThread = (writes: boolean): typeof DatabaseThread.start => {
  let isEnding = true
  return async (...options) => {
    const thread = await DatabaseThread.start(...options)
    const appender: Appender = {
      append: async (rows, after) => {
        if (!isEnding) return thread.append(rows, after)
        isEnding = false
        if (writes) await thread.append(rows, after)
        await thread.close()
        throw new DatabaseError('DATABASE_ABANDONED', 'it has ended')
      },
      close: () => thread.close(),
    }
    return appender as DatabaseThread
  }
}

for (const writes of [true, false])
  test(`a batch whose thread ended ${writes ? 'after' : 'before'} it was written is there once, and those after it too`, async (t) => {
    const { journalOf } = place(t)
    const journal = journalOf({ threadAfter: 1, startThread: endingThread(writes) })
    journal.load()
    for (let revision = 101; revision <= 140; revision++) {
      await journal.append([change(revision, `a-${revision}`)])
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.deepEqual(
      loaded(journalOf()).changes.map(({ revision }) => revision),
      Array.from({ length: 40 }, (_, index) => 101 + index),
    )
  })

test('without a thread it writes all the same, and says why', async (t) => {
  const { journalOf } = place(t)
  const told: string[] = []
  const journal = journalOf({
    threadAfter: 0,
    startThread: () => Promise.reject(new Error('no more threads')),
    report: (what) => told.push(what),
  })
  journal.load()
  await new Promise((resolve) => setTimeout(resolve, 10))
  await journal.append([change(101, 'a')])
  assert.match(told[0]!, /no more threads/)
  assert.equal(loaded(journalOf()).changes.length, 1)
})

test('a journal that was closed refuses what comes', async (t) => {
  const { journalOf } = place(t)
  const journal = journalOf()
  journal.load()
  await journal.close()
  await assert.rejects(journal.append([change(101, 'a')]), { name: 'JournalError', code: 'FAILED' })
})

test('a batch that SQLite refuses is not there, nor half of it, and the next one is', async (t) => {
  const { journalOf } = place(t)
  const journal = journalOf()
  journal.load()
  await journal.append([change(101, 'a')])
  await assert.rejects(journal.append([change(102, 'b'), change(101, 'c')]), { code: 'FAILED', message: /objects\.db/ })
  assert.deepEqual(
    loaded(journalOf()).changes.map(({ key }) => key),
    ['a'],
  )
  await journal.append([change(104, 'd')])
  assert.deepEqual(
    loaded(journalOf()).changes.map(({ key }) => key),
    ['a', 'd'],
  )
})

test('a batch that is on the disk is there, whatever goes wrong with what is forgotten after it', async (t) => {
  const { path, journalOf } = place(t)
  const told: string[] = []
  const journal = journalOf({ limits: { age: LONG, octets: 1 }, report: (what) => told.push(what) })
  journal.load()
  await journal.append([change(101, 'a')])
  const other = new DatabaseSync(path)
  other.exec("CREATE TRIGGER stuck BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'stuck'); END")
  other.close()
  await journal.append([change(102, 'a', { replaces: 101 })])
  await journal.append([change(103, 'b')])
  assert.match(told.join(), /objects\.db.*stuck/)
  assert.deepEqual(
    loaded(journalOf()).changes.map(({ key, revision }) => [key, revision]),
    [
      ['a', 101],
      ['a', 102],
      ['b', 103],
    ],
  )
})

const faultOf = (journal: SqliteJournal): DatabaseError => {
  try {
    loaded(journal)
  } catch (error) {
    assert.ok(error instanceof DatabaseError, String(error))
    return error
  }
  return assert.fail('nothing was wrong with it')
}

/** A file of some pages, closed; and what it held. */
const filled = async ({ path, journalOf }: Place): Promise<Buffer> => {
  const journal = journalOf()
  journal.load()
  const text = 'x'.repeat(900)
  for (let revision = 101; revision <= 140; revision++)
    await journal.append([change(revision, `a-${revision}`, { object: labelled(text) })])
  await journal.close()
  return readFileSync(path)
}

test('a file that is damaged is told as that, wherever the damage is, and stays as it is', async (t) => {
  const at = place(t)
  const { path, journalOf } = at
  const whole = await filled(at)
  const text = whole.indexOf('xxxx', 4096 * 4)
  const damages: readonly [string, (file: Buffer) => Buffer][] = [
    ['a letter of an object', (file) => file.fill('y', text + 10, text + 11)],
    ['the header', (file) => file.fill(0xff, 0, 16)],
    ['a page', (file) => file.fill(0xa5, 4096 * 3, 4096 * 4)],
    ['a page of zeros', (file) => file.fill(0, 4096 * 5, 4096 * 6)],
    ['all but the beginning', (file) => file.subarray(0, 2000)],
    ['the end', (file) => file.subarray(0, whole.length - 4096 * 2)],
    [
      'all of it',
      () => Buffer.from('this is no database at all, but some text that is longer than its header'.repeat(9)),
    ],
  ]
  for (const [what, damage] of damages) {
    const damaged = damage(Buffer.from(whole))
    writeFileSync(path, damaged)
    const { code, message } = faultOf(journalOf())
    assert.equal(code, 'DATABASE_DAMAGED', what)
    assert.match(message, /objects\.db is damaged: /, what)
    assert.ok(readFileSync(path).equals(damaged), `${what}: nothing was written to it`)
  }
})

test('what is damaged is named by its revision', async (t) => {
  const where = place(t)
  const whole = await filled(where)
  const text = whole.indexOf('xxxx', 4096 * 4)
  writeFileSync(where.path, whole.fill('y', text + 10, text + 11))
  const revision = /revision (\d+) is not as it was written$/.exec(faultOf(where.journalOf()).message)?.[1]
  const database = new DatabaseSync(where.path, { readOnly: true })
  t.after(() => database.close())
  const found = database.prepare("SELECT revision FROM changes WHERE object LIKE '%xyx%'").all()
  assert.deepEqual(
    found.map((row) => String(row.revision)),
    [revision],
  )
})

test('a file is found behind a symbolic link, and a link that leads nowhere is no file', async (t) => {
  const where = place(t)
  await filled(where)
  const link = join(where.folder, 'link.db')
  symlinkSync(where.path, link)
  assert.equal([...where.journalOf({ path: link }).load().changes].length, 40)
  const nowhere = join(where.folder, 'nowhere.db')
  symlinkSync(join(where.folder, 'gone'), nowhere)
  assert.equal(faultOf(where.journalOf({ path: nowhere })).code, 'DATABASE_FOREIGN')
})

test('a log that was torn at its end has all batches before it', async (t) => {
  const { folder, path, journalOf } = place(t)
  const journal = journalOf()
  journal.load()
  for (let revision = 101; revision <= 110; revision++) await journal.append([change(revision, 'a')])
  const copy = join(folder, 'torn.db')
  copyFileSync(path, copy)
  copyFileSync(`${path}-wal`, `${copy}-wal`)
  truncateSync(`${copy}-wal`, readFileSync(`${copy}-wal`).length - 100)
  assert.deepEqual(
    loaded(journalOf({ path: copy })).changes.map(({ revision }) => revision),
    [101, 102, 103, 104, 105, 106, 107, 108, 109],
  )
})

test('a file of a later version, and one of another program, are told as that and stay as they are', async (t) => {
  const at = place(t)
  const { path, journalOf } = at
  await filled(at)
  const changed = (sql: string): Buffer => {
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
    return readFileSync(path)
  }
  for (const [sql, code, words] of [
    [
      'PRAGMA user_version = 3',
      'DATABASE_NEWER',
      /was written by a later Fairlead: its format is 3, and this one knows those up to 2/,
    ],
    ['PRAGMA application_id = 1', 'DATABASE_FOREIGN', /is the database of another program/],
  ] as const) {
    const before = changed(sql)
    const fault = faultOf(journalOf())
    assert.equal(fault.code, code)
    assert.match(fault.message, words)
    assert.ok(readFileSync(path).equals(before))
    const journal = journalOf()
    await assert.rejects(journal.append([change(999, 'a')]), { name: 'JournalError' })
    assert.ok(readFileSync(path).equals(before), 'neither does a write')
  }
})

test('a file without anything in it is a new one', async (t) => {
  const { path, journalOf } = place(t)
  writeFileSync(path, '')
  const journal = journalOf()
  assert.deepEqual(loaded(journal), { compacted: 100, changes: [] })
  await journal.append([change(101, 'a')])
  assert.equal(loaded(journalOf()).changes.length, 1)
})

const OWNED = { 'f:metadata': { 'f:labels': { '.': {}, 'f:text': {} } } }

/** An object that somebody owns, by the set that all share who own the same. */
const owned = (name: string, fields: object = OWNED): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, managedFields: [{ manager: 'm', operation: 'Update', fieldsV1: canonicalSet(fields as never) }] },
})
const columns = (path: string, sql: string): readonly unknown[] => {
  const database = new DatabaseSync(path, { readOnly: true })
  const found = database.prepare(sql).all()
  database.close()
  return found.map((row) => Object.values(row)[0])
}

test('who owns which fields is written apart once it is met again, in this life and the next', async (t) => {
  const { path, journalOf } = place(t)
  const objects = ['a', 'b', 'c', 'd', 'e'].map((name) => owned(name))
  const changes = objects.map((object, index) => change(101 + index, object.metadata!.name!, { object }))
  const first = journalOf()
  first.load()
  for (const one of changes.slice(0, 3)) await first.append([one])
  await first.close()
  const second = journalOf()
  assert.deepEqual(loaded(second).changes, changes.slice(0, 3))
  await second.append(changes.slice(3))
  const third = journalOf()
  const { changes: found } = loaded(third)
  assert.deepEqual(found, changes)
  assert.deepEqual(columns(path, 'SELECT fields FROM sets'), [JSON.stringify(OWNED)])
  assert.deepEqual(
    columns(path, "SELECT revision FROM changes WHERE object LIKE '%f:labels%' ORDER BY revision"),
    [101, 104],
  )
})

test('what is written while a file is read is none of what is read, nor the sets of it', async (t) => {
  const { journalOf } = place(t)
  const [writer, reader] = [journalOf(), journalOf()]
  const changes = ['a', 'b', 'c'].map((key, index) => change(101 + index, key, { object: owned(key) }))
  writer.load()
  await writer.append(changes.slice(0, 1))
  const { changes: read } = reader.load()
  await writer.append(changes.slice(1))
  assert.deepEqual(
    [...read].map(({ object, ...rest }) => ({ ...rest, object: objectOf(object) })),
    changes.slice(0, 1),
  )
  assert.deepEqual(loaded(journalOf()).changes, changes)
})

test('a set that came with a refused batch comes again with the next that names it', async (t) => {
  const { journalOf } = place(t)
  const journal = journalOf()
  journal.load()
  const of = (revision: number, key: string): Change => change(revision, key, { object: owned(key) })
  await journal.append([of(101, 'a')])
  await assert.rejects(journal.append([of(102, 'b'), change(101, 'c')]), { code: 'FAILED' })
  await journal.append([of(104, 'd')])
  const changes = [of(101, 'a'), of(104, 'd')]
  assert.deepEqual(loaded(journalOf()).changes, changes)
})

test('a set that is not as it was written is told as damage, by its name', async (t) => {
  const { path, journalOf } = place(t)
  const journal = journalOf()
  journal.load()
  await journal.append([change(101, 'a', { object: owned('a') }), change(102, 'b', { object: owned('b') })])
  await journal.close()
  const database = new DatabaseSync(path)
  database.exec("UPDATE sets SET fields = replace(fields, 'labels', 'lapels')")
  database.close()
  const { code, message } = faultOf(journalOf())
  assert.equal(code, 'DATABASE_DAMAGED')
  assert.match(message, /the set of fields [\w-]{16} is not as it was written$/)
})

test('a set that is gone is told as damage', async (t) => {
  const { path, journalOf } = place(t)
  const journal = journalOf()
  journal.load()
  const other = { 'f:spec': {} }
  for (const [index, key] of ['a', 'b', 'c'].entries()) {
    const changes = [owned(key), owned(key, other)].map((object, at) =>
      change(101 + 2 * index + at, key + at, { object }),
    )
    await journal.append(changes)
  }
  await journal.close()
  assert.equal(loaded(journalOf()).changes.length, 6)
  const database = new DatabaseSync(path)
  database.exec('DELETE FROM sets WHERE name = (SELECT min(name) FROM sets)')
  database.close()
  const { code, message } = faultOf(journalOf())
  assert.equal(code, 'DATABASE_DAMAGED')
  assert.match(message, /objects\.db is damaged: it has 1 sets of fields of 2$/)
})

test('a file of the first format is read as it is, and brought to this one by the first write', async (t) => {
  const { path, journalOf } = place(t)
  const database = new DatabaseSync(path)
  const object = JSON.stringify(owned('a'))
  const sum = checksum([101, '/pods', 'a', null, 0, object])
  database.exec(
    `${SCHEMA.replace(SETS, '')}; INSERT INTO meta VALUES ('compacted', 100); PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`,
  )
  database.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)').run(101, '/pods', 'a', null, 0, sum, object)
  database.close()
  const before = readFileSync(path)
  const first = change(101, 'a', { object: owned('a') })
  const journal = journalOf()
  assert.deepEqual(loaded(journal), { compacted: 100, changes: [first] })
  assert.ok(readFileSync(path).equals(before), 'reading it writes nothing')
  const more = ['b', 'c'].map((key, index) => change(102 + index, key, { object: owned(key) }))
  await journal.append(more)
  assert.deepEqual(loaded(journalOf()), { compacted: 100, changes: [first, ...more] })
  assert.deepEqual(columns(path, 'SELECT fields FROM sets'), [JSON.stringify(OWNED)])
})

for (const [what, startThread] of [
  ['a thread', DatabaseThread.start],
  ['a thread that ends after it has written', endingThread(true)],
  ['a thread that ends before', endingThread(false)],
] as const)
  test(`sets come with the rows that name them through ${what}`, async (t) => {
    const { journalOf } = place(t)
    let started = false
    const journal = journalOf({
      threadAfter: 0,
      startThread: async (...options) => {
        const thread = await startThread(...options)
        started = true
        return thread
      },
    })
    journal.load()
    while (!started) await new Promise((resolve) => setTimeout(resolve, 5))
    const changes: Change[] = []
    for (let revision = 101; revision < 120; revision += 2) {
      const set = { [`f:${revision}`]: {} }
      const pair = [revision, revision + 1].map((one) => change(one, `a-${one}`, { object: owned(`a-${one}`, set) }))
      await journal.append(pair)
      changes.push(...pair)
    }
    assert.deepEqual(loaded(journalOf()).changes, changes)
  })

test('a set goes to the file once, also in the next life', async (t) => {
  const { journalOf } = place(t)
  const sent: number[] = []
  const recording = async (): Promise<SqliteJournal> => {
    let started = false
    const startThread: typeof DatabaseThread.start = async (...options) => {
      const thread = await DatabaseThread.start(...options)
      started = true
      const appender: Appender = {
        append: (written, after) => {
          sent.push(written.sets.length)
          return thread.append(written, after)
        },
        close: () => thread.close(),
      }
      return appender as DatabaseThread
    }
    const journal = journalOf({ threadAfter: 0, startThread })
    loaded(journal)
    while (!started) await new Promise((resolve) => setTimeout(resolve, 5))
    return journal
  }
  const first = await recording()
  for (const revision of [101, 102, 103, 104])
    await first.append([change(revision, `a-${revision}`, { object: owned(`a-${revision}`) })])
  await first.close()
  const second = await recording()
  for (const revision of [105, 106])
    await second.append([change(revision, `a-${revision}`, { object: owned(`a-${revision}`) })])
  assert.deepEqual(sent, [0, 1, 0, 0, 0, 0])
})
