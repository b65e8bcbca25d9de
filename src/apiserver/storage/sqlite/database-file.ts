import { closeSync, fdatasync, fsyncSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { faultOf } from './database-error.ts'
import { formatOf } from './database-format.ts'
import { BUSY_MS } from './database-reader.ts'
import { checksum } from './row.ts'
import { APPLICATION_ID, FORMAT, SCHEMA, SETS } from './schema.ts'
import type { Written } from './written.ts'

const toDisk = promisify(fdatasync)

/** The log beside the file is cut to this when it begins anew, octets. */
const LOG_LIMIT = 16 * 1024 * 1024

interface OpenOptions {
  /** What a new file begins with. */
  readonly firstRevision: number
  /** Whether append() returns when what it wrote is on the disk; else sync() is called after it. */
  readonly isSynchronous: boolean
  /** fdatasync(2); another for tests. */
  readonly syncData?: (descriptor: number) => Promise<void>
}

/** What is written to a file, by one connection, in WAL mode. It is made where it is not there. */
export class DatabaseFile {
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #insertSet: StatementSync
  readonly #countSets: StatementSync
  readonly #forgetAfter: StatementSync
  /** What an append has left that failed, here or before, is to go with the next. */
  #isDoubtful = true
  #logDescriptor: number | undefined
  readonly #syncData: (descriptor: number) => Promise<void>

  /** Throws DatabaseError. */
  constructor(path: string, { firstRevision, isSynchronous, syncData = toDisk }: OpenOptions) {
    this.#path = path
    this.#syncData = syncData
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(path, { timeout: BUSY_MS })
      const format = formatOf(database, path)
      // The log is moved into the file by checkpoint() alone, when nobody waits for it.
      database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${isSynchronous ? 'FULL' : 'NORMAL'}; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${LOG_LIMIT}`,
      )
      if (format < FORMAT) bringToFormat(database, path, firstRevision)
      this.#database = database
      this.#insert = database.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)')
      this.#insertSet = database.prepare('INSERT OR IGNORE INTO sets VALUES (?, ?)')
      this.#countSets = database.prepare("UPDATE meta SET value = value + ? WHERE name = 'sets'")
      this.#forgetAfter = database.prepare('DELETE FROM changes WHERE revision > ?')
    } catch (error) {
      database?.close()
      throw faultOf(error, path)
    }
  }

  /** Up to here what was replaced or deleted is forgotten. */
  get compacted(): number {
    return this.#number("SELECT value FROM meta WHERE name = 'compacted'")
  }

  /** The latest revision that is there. */
  get last(): number {
    return this.#number(
      "SELECT max(compacted, ifnull(last, 0)) FROM (SELECT max(revision) AS last FROM changes), (SELECT value AS compacted FROM meta WHERE name = 'compacted')",
    )
  }

  /** Octets of the log beside it. */
  get logged(): number {
    return statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Octets of objects past a revision. */
  octetsAfter(revision: number): number {
    return this.#number('SELECT ifnull(sum(length(object)), 0) FROM changes WHERE revision > ?', revision)
  }

  /** Writes a batch, after which nothing else is past `after`. Throws what SQLite says; then nothing of it counts. */
  append({ rows, sets }: Written, after: number): void {
    this.#transact(() => {
      if (this.#isDoubtful) this.#forgetAfter.run(after)
      let added = 0
      for (const [name, fields] of sets) added += Number(this.#insertSet.run(name, fields).changes)
      if (added > 0) this.#countSets.run(added)
      for (const row of rows) {
        const [revision, resource, key, replaces, deleted, object] = row
        this.#insert.run(revision, resource, key, replaces, deleted, checksum(row), object)
      }
    })
    this.#isDoubtful = false
  }

  /** Resolves when what was appended is on the disk; for a file that is not synchronous. */
  async sync(): Promise<void> {
    try {
      await this.#syncData(this.#log())
    } catch (error) {
      this.#isDoubtful = true
      throw error
    }
  }

  /**
   * Forgets what was replaced or deleted by changes after `since` up to `until`: by at most `limit` of them. Gives what
   * `compacted` is now. `since`: what it was, as far as is known: whoever had the file before may have gone further, and
   * `compacted` never goes back, as what is forgotten would seem to be there.
   */
  compact(since: number, until: number, limit: number): number {
    const from = Math.max(since, this.compacted)
    const to = this.#number(
      'SELECT ifnull(max(revision), ?2) FROM (SELECT revision FROM changes WHERE revision > ?1 AND revision <= ?2 ORDER BY revision LIMIT ?3)',
      from,
      until,
      limit,
    )
    if (to <= from) return from
    this.#transact(() => {
      const run = (sql: string): unknown => this.#database.prepare(sql).run(from, to)
      run('DELETE FROM changes WHERE revision IN (SELECT replaces FROM changes WHERE revision > ? AND revision <= ?)')
      run('DELETE FROM changes WHERE revision > ? AND revision <= ? AND deleted = 1')
      this.#database.prepare("UPDATE meta SET value = ? WHERE name = 'compacted'").run(to)
    })
    return to
  }

  /** Moves what is in the log into the file, after which the log begins anew. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }

  close(): void {
    if (this.#logDescriptor !== undefined) closeSync(this.#logDescriptor)
    this.#logDescriptor = undefined
    this.#database.close()
  }

  #transact(body: () => void): void {
    const database = this.#database
    try {
      database.exec('BEGIN IMMEDIATE')
      body()
      database.exec('COMMIT')
    } catch (error) {
      this.#isDoubtful = true
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  /** It is there as soon as something was written. SQLite takes no lock on it that closing it would lose. */
  #log(): number {
    if (this.#logDescriptor !== undefined) return this.#logDescriptor
    // Its name must last too.
    const folder = openSync(dirname(this.#path), 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
    this.#logDescriptor = openSync(`${this.#path}-wal`, 'r')
    return this.#logDescriptor
  }

  /** The first column of the only row. */
  #number(sql: string, ...values: readonly number[]): number {
    return Number(Object.values(this.#database.prepare(sql).get(...values)!)[0])
  }
}

/** Whoever else opens it waits meanwhile, and finds it done. */
const bringToFormat = (database: DatabaseSync, path: string, firstRevision: number): void => {
  database.exec('BEGIN IMMEDIATE')
  const format = formatOf(database, path)
  if (format === 0)
    database.exec(
      `${SCHEMA} INSERT INTO meta VALUES ('compacted', ${firstRevision}); PRAGMA application_id = ${APPLICATION_ID}`,
    )
  else if (format < FORMAT) database.exec(SETS)
  database.exec(`PRAGMA user_version = ${FORMAT}; COMMIT`)
}
