import { DatabaseFile } from './database-file.ts'
import { History, type HistoryLimits } from './history.ts'
import type { Written } from './written.ts'

/** As etcd under a real API server: five minutes. */
const LIMITS: HistoryLimits = { age: 300_000, octets: 32 * 1024 * 1024 }
const CHECKPOINT_AT = 4 * 1024 * 1024
/** Changes that are compacted at a time: whoever writes meanwhile waits for some milliseconds. */
const STEP = 500
/** What SQLite writes beside a row, and beside a batch, about. */
const ROW_OCTETS = 200
const BATCH_OCTETS = 8192

export interface KeeperOptions {
  readonly path: string
  /** What a new file begins with. */
  readonly firstRevision: number
  readonly isSynchronous: boolean
  readonly limits?: HistoryLimits
  /** Octets in the log from which on they are moved into the file. */
  readonly checkpointAt?: number
  /** Milliseconds; only differences count. */
  readonly now?: () => number
}

/** A file that is written to, and what is to be done for it when nobody waits. */
export class DatabaseKeeper {
  readonly #file: DatabaseFile
  readonly #history: History
  readonly #now: () => number
  readonly #checkpointAt: number
  /** About what is in the log. */
  #logged: number
  #compacted: number
  /** Where compaction is to come. */
  #due: number

  /** Throws DatabaseError. */
  constructor(options: KeeperOptions) {
    const { path, firstRevision, isSynchronous } = options
    const { limits = LIMITS, checkpointAt = CHECKPOINT_AT, now = () => performance.now() } = options
    this.#now = now
    this.#checkpointAt = checkpointAt
    this.#history = new History(limits)
    this.#file = new DatabaseFile(path, { firstRevision, isSynchronous })
    // Also what others have left in it, who were killed before it was large.
    this.#logged = this.#file.logged
    this.#compacted = this.#file.compacted
    this.#due = this.#compacted
    // When what is there was written nobody knows: it is as good as new.
    this.#history.note(this.#file.last, this.#file.octetsAfter(this.#due), now())
  }

  /** The latest revision that is there. */
  get last(): number {
    return this.#file.last
  }

  /** Writes a batch, after which nothing else is past `after`. Throws what SQLite says; then nothing of it counts. */
  append(written: Written, after: number): void {
    this.#file.append(written, after)
    const { rows, sets } = written
    let past = 0
    for (const [, fields] of sets) this.#logged += fields.length
    for (const [, , , replaces, deleted, object] of rows) {
      this.#logged += object.length + ROW_OCTETS
      // What was replaced was about as large.
      if (replaces !== null) past += object.length * (1 + deleted)
    }
    this.#logged += BATCH_OCTETS
    this.#history.note(rows.at(-1)![0], past, this.#now())
  }

  /** Resolves when what was appended is on the disk; for a file that is not synchronous. */
  sync(): Promise<void> {
    return this.#file.sync()
  }

  /** Does one of the things that are due, in some milliseconds. Whether there may be more. Throws what SQLite says. */
  tidy(): boolean {
    this.#due = this.#history.takeDue(this.#now()) ?? this.#due
    if (this.#compacted < this.#due) {
      this.#compacted = this.#file.compact(this.#compacted, this.#due, STEP)
      this.#logged += BATCH_OCTETS
      return true
    }
    if (this.#logged < this.#checkpointAt) return false
    this.#file.checkpoint()
    this.#logged = 0
    return false
  }

  close(): void {
    this.#file.close()
  }
}
