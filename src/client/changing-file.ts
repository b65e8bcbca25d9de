import { readFileSync } from 'node:fs'

/** A kubelet renews what it mounts well before it ends; looking once a minute follows in time. Milliseconds. */
const MOST_AGE = 60_000

/**
 * A short text in a file that somebody else changes: a token, authorities. Where it cannot be read again, what was read
 * last stays; one that never could is the `fallback`, or Node's error. `now` counts milliseconds.
 */
export class ChangingFile {
  readonly #path: string
  readonly #now: () => number
  #text: string | undefined
  #readAt = Number.NEGATIVE_INFINITY

  constructor(path: string, fallback?: string, now: () => number = () => performance.now()) {
    this.#path = path
    this.#text = fallback
    this.#now = now
  }

  get text(): string {
    if (this.#now() - this.#readAt > MOST_AGE) this.reread()
    return this.#text!
  }

  /** Reads at once, whatever its age; whether it is another text than before. */
  reread(): boolean {
    const before = this.#text
    try {
      const text = readFileSync(this.#path, 'utf8').trim()
      if (text === '') throw new Error(`${this.#path} is empty`)
      this.#text = text
    } catch (error) {
      if (before === undefined) throw error
    }
    this.#readAt = this.#now()
    return before !== undefined && before !== this.#text
  }
}

/** A token of a file that rotates, as a target has it. */
export const fileToken = (path: string, fallback?: string) => {
  const file = new ChangingFile(path, fallback)
  return { token: () => file.text, renewToken: () => file.reread() }
}
