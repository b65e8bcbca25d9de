import { closeSync, fstatSync, openSync, readSync, renameSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { logFiles } from './log.ts'

/** Octets of the file before it becomes the older one of two. */
const LIMIT = 32 << 20
/** Octets that may wait for the disk; what comes beyond that is lost, and counted. */
const MOST_WAITING = 8 << 20
/** How long a line may wait for others, milliseconds. */
const EVERY_MS = 50

interface AuditLogOptions {
  /** Told of what could not be kept. */
  readonly report: (message: string) => void
  readonly limit?: number
}

/**
 * Keeps what requests are told of, a line of JSON each, in a file for root alone. Written in batches, beside the requests:
 * nobody waits for it. It takes no more than twice its limit and a batch.
 */
export class AuditLog {
  readonly #path: string
  readonly #report: (message: string) => void
  readonly #limit: number
  #lines: string[] = []
  #waiting = 0
  #size: number
  /** Whether the file ends within a line. */
  #isTorn: boolean
  #lost = 0
  #fault = ''
  #writing: Promise<void> | undefined

  constructor(path: string, { report, limit = LIMIT }: AuditLogOptions) {
    this.#path = path
    this.#report = report
    this.#limit = limit
    const { size, isTorn } = stateOf(path)
    this.#size = size
    this.#isTorn = isTorn
  }

  readonly write = (event: object): void => {
    const line = `${JSON.stringify(event)}\n`
    if (this.#waiting + line.length > MOST_WAITING) {
      this.#lost++
      return
    }
    this.#lines.push(line)
    this.#waiting += line.length
    this.#writing ??= this.#drain()
  }

  /** Resolves when all that was to be written is, or is lost. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    while (this.#lines.length > 0) {
      const lines = this.#lines
      this.#lines = []
      this.#waiting = 0
      await this.#append(lines)
    }
    this.#writing = undefined
  }

  async #append(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(`${this.#isTorn ? '\n' : ''}${lines.join('')}`)
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#limit) {
        const [older] = logFiles(this.#path)
        renameSync(this.#path, older)
        this.#size = 0
      }
      await appendFile(this.#path, bytes, { mode: 0o600 })
      this.#size += bytes.length
      this.#isTorn = false
      if (this.#lost > 0) this.#report(`the audit log has lost ${this.#lost} events`)
      this.#lost = 0
      this.#fault = ''
    } catch (error) {
      this.#lost += lines.length
      const { size, isTorn } = stateOf(this.#path)
      this.#size = size
      this.#isTorn = isTorn
      const { message } = error as Error
      if (message !== this.#fault) this.#report(`the audit log cannot be written: ${message}`)
      this.#fault = message
    }
  }
}

const NEWLINE = 10

/** Of a file that is not there: empty. */
const stateOf = (path: string): { readonly size: number; readonly isTorn: boolean } => {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const last = Buffer.alloc(1)
      const read = size > 0 ? readSync(file, last, 0, 1, size - 1) : 0
      return { size, isTorn: read > 0 && last[0] !== NEWLINE }
    } finally {
      closeSync(file)
    }
  } catch {
    return { size: 0, isTorn: false }
  }
}
