import { type Change, type Journal, JournalError, type Loaded, type LoadedChange } from '../journal.ts'
import { DatabaseError, refusalOf } from './database-error.ts'
import { DatabaseKeeper } from './database-keeper.ts'
import { readDatabase } from './database-reader.ts'
import { type Appender, DatabaseThread } from './database-thread.ts'
import type { HistoryLimits } from './history.ts'
import { SetNames } from './set-names.ts'
import type { Written } from './written.ts'

/** How long after a start the thread is started, which costs more than the first writes take, milliseconds. */
const THREAD_AFTER_MS = 2_000

export interface SqliteJournalOptions {
  /** Of the file; SQLite's own lie beside it. The folder is there. */
  readonly path: string
  /** Of a new file: above every revision that was given out under its name. */
  readonly firstRevision: number
  readonly limits?: HistoryLimits
  /** Octets in the log from which on they are moved into the file. */
  readonly checkpointAt?: number
  /** Milliseconds until a thread of its own writes. */
  readonly threadAfter?: number
  /** Told what goes wrong with nobody waiting. */
  readonly report?: (what: string) => void
  /** For tests. */
  readonly startThread?: typeof DatabaseThread.start
}

/**
 * A journal in a file of SQLite. What is there is read without writing to it, and the file is opened for writing by the
 * first write: in this thread at first, which waits for nothing but the disk's word and lets others run meanwhile, and
 * before long in a thread of its own, so that a disk that stands still holds up nobody who reads
 * (docs/adr/0051-objects-in-a-file-of-sqlite.md).
 */
export class SqliteJournal implements Journal {
  readonly isSlow = true
  readonly #options: SqliteJournalOptions
  readonly #timer: NodeJS.Timeout
  readonly #sets = new SetNames()
  #appender: Appender | undefined
  /** Open, and to be used from the next append on. */
  #next: Appender | undefined
  /** The latest revision that lasts. */
  #last = 0
  #isBusy = false
  #isClosed = false
  #isEmpty = true

  constructor(options: SqliteJournalOptions) {
    this.#options = options
    const { threadAfter = THREAD_AFTER_MS } = options
    this.#timer = setTimeout(() => void this.#startThread(), threadAfter).unref()
  }

  /** Whether load() found no file, or nothing in it. */
  get isEmpty(): boolean {
    return this.#isEmpty
  }

  /** Throws DatabaseError, also while the changes are read. */
  load(): Loaded {
    const { path, firstRevision } = this.#options
    const loaded = readDatabase(path)
    this.#isEmpty = loaded === undefined
    this.#last = loaded?.compacted ?? firstRevision
    this.#sets.keep(loaded?.sets.keys() ?? [])
    return { compacted: this.#last, changes: loaded === undefined ? [] : this.#noting(loaded.changes) }
  }

  async append(batch: readonly Change[]): Promise<void> {
    this.#isBusy = true
    try {
      const written = this.#sets.write(batch)
      await this.#append(written)
      this.#sets.keep(written.sets.map(([name]) => name))
      this.#last = batch.at(-1)!.revision
    } finally {
      this.#isBusy = false
      await this.#handOver()
    }
  }

  /** What was appended is there; nothing can be any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const ending = [this.#next, this.#appender]
    this.#next = undefined
    this.#appender = undefined
    for (const appender of ending) await appender?.close()
  }

  async #append(written: Written): Promise<void> {
    const { path } = this.#options
    if (this.#isClosed) throw new JournalError('FAILED', `${path} is closed`)
    try {
      this.#appender ??= this.#inThisThread(this.#open())
      await this.#appender.append(written, this.#last).catch((error: unknown) => {
        const isAbandoned = error instanceof DatabaseError && error.code === 'DATABASE_ABANDONED'
        return isAbandoned ? this.#appendAgain(written) : Promise.reject(error)
      })
    } catch (error) {
      throw refusalOf(error, path)
    }
  }

  /** The thread has ended in the middle of it, or before. */
  async #appendAgain(written: Written): Promise<void> {
    this.#appender = undefined
    this.#timer.refresh()
    const keeper = this.#open()
    this.#appender = this.#inThisThread(keeper)
    if (keeper.last === written.rows.at(-1)![0]) await keeper.sync()
    else await this.#appender.append(written, this.#last)
  }

  #open(): DatabaseKeeper {
    return new DatabaseKeeper({ ...this.#options, isSynchronous: false })
  }

  /** Waits for SQLite, which writes to the kernel's memory, and not for the disk. */
  #inThisThread(keeper: DatabaseKeeper): Appender {
    const { path, report = console.error } = this.#options
    return {
      async append(written, after) {
        keeper.append(written, after)
        await keeper.sync()
        try {
          keeper.tidy()
        } catch (error) {
          // What was appended is on the disk, however that went.
          report(refusalOf(error, path).message)
        }
      },
      close: () => Promise.resolve(keeper.close()),
    }
  }

  async #startThread(): Promise<void> {
    const { startThread = DatabaseThread.start, report = console.error } = this.#options
    const { path, firstRevision, limits, checkpointAt } = this.#options
    try {
      const thread = await startThread({ path, firstRevision, limits, checkpointAt }, report)
      if (this.#isClosed) return await thread.close()
      this.#next = thread
    } catch (error) {
      report(`no thread for the database: ${String(error)}`)
      if (!this.#isClosed) this.#timer.refresh()
      return
    }
    if (!this.#isBusy) await this.#handOver()
  }

  async #handOver(): Promise<void> {
    if (this.#next === undefined) return
    const former = this.#appender
    this.#appender = this.#next
    this.#next = undefined
    await former?.close()
  }

  *#noting(changes: Iterable<LoadedChange>): Generator<LoadedChange> {
    for (const change of changes) {
      this.#last = change.revision
      yield change
    }
  }
}
