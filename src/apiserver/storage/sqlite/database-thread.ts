import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { JournalError } from '../journal.ts'
import { DatabaseError } from './database-error.ts'
import type { KeeperOptions } from './database-keeper.ts'
import type { Written } from './written.ts'

/** What crosses threads must be data. */
type ThreadOptions = Pick<KeeperOptions, 'path' | 'firstRevision' | 'limits' | 'checkpointAt'>

export type ToDatabaseThread =
  | { readonly open: ThreadOptions }
  | { readonly append: Written; readonly after: number }
  | { readonly close: true }

export type FromDatabaseThread =
  | { readonly isOpen: true }
  | { readonly appended: true }
  | { readonly refused: JournalError['code']; readonly why: string }
  /** Of what it does by itself. */
  | { readonly fault: string }

/** Who appends to a file. */
export interface Appender {
  /** Rejects with JournalError; with DatabaseError DATABASE_ABANDONED where nobody knows. One at a time. */
  append(written: Written, after: number): Promise<void>
  close(): Promise<void>
}

interface Waiting {
  resolve(): void
  reject(error: Error): void
}

/** The bundle lies beside ours; without one, the source does. */
const program = (): string => {
  const bundle = join(import.meta.dirname, 'database-worker.mjs')
  return existsSync(bundle) ? bundle : join(import.meta.dirname, 'database-worker.ts')
}

/** A thread that has a file open, so that nobody else waits for the disk. */
export class DatabaseThread implements Appender {
  readonly #worker: Worker
  readonly #ended: Promise<void>
  #hasEnded = false
  /** Who waits for the thread's word. */
  #waiting: Waiting | undefined

  /** Resolves when the file is open. Rejects with DatabaseError DATABASE_ABANDONED. `report` is told what goes wrong with nobody waiting. */
  static async start(options: ThreadOptions, report: (what: string) => void): Promise<DatabaseThread> {
    const thread = new DatabaseThread(report)
    await thread.#ask({ open: options })
    return thread
  }

  private constructor(report: (what: string) => void) {
    // Texts pass through it and are gone: it needs next to no memory of its own.
    const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 256 }
    const worker = new Worker(program(), { name: 'database', env: SHARE_ENV, trackUnmanagedFds: false, resourceLimits })
    this.#worker = worker
    worker.unref()
    worker.on('message', (message: FromDatabaseThread) => {
      if ('fault' in message) report(message.fault)
      else if ('refused' in message) this.#settle()?.reject(new JournalError(message.refused, message.why))
      else this.#settle()?.resolve()
    })
    worker.on('error', (error: Error) => report(`the thread has ended: ${error.stack ?? error.message}`))
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#hasEnded = true
        this.#settle()?.reject(abandoned())
        resolve()
      })
    })
  }

  append(written: Written, after: number): Promise<void> {
    return this.#ask({ append: written, after })
  }

  /** It has ended, and the file is closed. */
  async close(): Promise<void> {
    this.#worker.ref()
    this.#tell({ close: true })
    await this.#ended
  }

  #ask(message: ToDatabaseThread): Promise<void> {
    if (this.#hasEnded) return Promise.reject(abandoned())
    // While somebody waits, the process does not end by itself.
    this.#worker.ref()
    this.#tell(message)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #tell(message: ToDatabaseThread): void {
    this.#worker.postMessage(message)
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#worker.unref()
    return waiting
  }
}

const abandoned = (): DatabaseError => new DatabaseError('DATABASE_ABANDONED', 'the thread of the database has ended')
