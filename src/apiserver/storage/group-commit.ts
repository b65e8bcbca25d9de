import { setImmediate } from 'node:timers/promises'
import { Batch, type BatchSource } from './batch.ts'
import { type Change, type Journal, JournalError } from './journal.ts'
import { StorageError } from './storage-error.ts'
import type { Transaction } from './transaction.ts'

/** How long a batch may be on its way before nobody waits any more beyond so many, milliseconds. */
const STALL_MS = 1_000
const WAITING = 1_024

interface GroupCommitOptions extends BatchSource {
  readonly journal: Journal
  /** Milliseconds; only differences count. */
  now(): number
  /** Makes changes that last what everybody sees. */
  publish(changes: readonly Change[]): void
  /** Told of a fault of our own after a batch has become true, or has not: it holds up nobody. */
  report(error: unknown): void
}

/**
 * Transactions, one after the other, and batch by batch into the journal. The first runs at once; who comes while a
 * batch is on its way waits, and all who have waited are the next batch: one append serves them all. Nobody sees what
 * does not last yet, nor is told that it does.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  #waiting: ((batch: Batch) => void)[] = []
  #isBusy = false
  /** When the batch set out that is on its way. */
  #since = 0

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  /** Whether a batch is on its way for longer than any disk takes. */
  get isStalled(): boolean {
    return this.#isBusy && this.#options.now() - this.#since >= STALL_MS
  }

  /**
   * What `body` returns, once what it wrote lasts. Rejects with what it throws, and with StorageError JOURNAL_FAILED or
   * JOURNAL_FULL where the journal refuses, JOURNAL_STALLED where it stands still: then nothing has happened.
   */
  transact<T>(body: (transaction: Transaction) => T, dryRun: boolean): Promise<T> {
    const { now } = this.#options
    if (this.isStalled && this.#waiting.length >= WAITING) return Promise.reject(stalled(now() - this.#since))
    return new Promise((resolve, reject) => {
      this.#waiting.push((batch) => {
        const result = batch.run(body, dryRun)
        batch.tell({
          settle(failure) {
            if ('error' in result) reject(result.error)
            else if (failure === undefined) resolve(result.value)
            else reject(failure)
          },
        })
      })
      if (!this.#isBusy) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#isBusy = true
    while (this.#waiting.length > 0) {
      this.#since = this.#options.now()
      // All that the sockets have in this turn is one append.
      if (this.#options.journal.isSlow) await setImmediate()
      const batch = new Batch(this.#options)
      for (const run of this.#waiting.splice(0)) run(batch)
      await this.#end(batch)
    }
    this.#isBusy = false
  }

  async #end(batch: Batch): Promise<void> {
    const { journal, publish, report } = this.#options
    const attempt = (action: () => void): void => {
      try {
        action()
      } catch (error) {
        report(error)
      }
    }
    try {
      if (batch.changes.length > 0) await journal.append(batch.changes)
    } catch (cause) {
      batch.fail(journalFailed(cause), attempt)
      return
    }
    attempt(() => publish(batch.changes))
    batch.succeed(attempt)
  }
}

const journalFailed = (cause: unknown): StorageError => {
  const why = cause instanceof Error ? cause.message : String(cause)
  const code = cause instanceof JournalError && cause.code === 'FULL' ? 'JOURNAL_FULL' : 'JOURNAL_FAILED'
  return new StorageError(code, `the change could not be kept, and nothing has changed: ${why}`, { cause })
}

const stalled = (milliseconds: number): StorageError =>
  new StorageError(
    'JOURNAL_STALLED',
    `the disk takes nothing for ${Math.round(milliseconds / 1000)} s, ${WAITING} writes wait for it, and nothing has changed`,
  )
