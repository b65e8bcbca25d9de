import type { Change, Journal, Loaded } from '../storage/journal.ts'

/** Keeps batches as a file would, line by line, and fails, waits and is torn as it is told. */
export class UnsteadyJournal implements Journal {
  isSlow = false
  /** How many changes each batch had that was asked for. */
  readonly asked: number[] = []
  #text = ''
  #failure: Error | undefined
  #spared = 0
  #isTorn = false
  #held: (() => void)[] | undefined

  /** Appends are refused, but for the first `after`, until undefined is given. */
  failWith(error: Error | undefined, after = 0): void {
    this.#failure = error
    this.#spared = after
  }

  /** Appends wait, until release(). */
  hold(): void {
    this.#held ??= []
  }

  /** What waits goes on, in its order. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const go of held) go()
  }

  /** The process ends in the middle of the next append: half of it is written, and nobody is answered any more. */
  tearNext(): void {
    this.#isTorn = true
  }

  /** As another process finds it: a batch without its end is none. */
  load(): Loaded {
    const changes: Change[] = []
    let batch: Change[] = []
    for (const line of this.#text.split('\n').slice(0, -1)) {
      if (line === 'END') {
        changes.push(...batch)
        batch = []
      } else batch.push(JSON.parse(line) as Change)
    }
    return { compacted: 1, changes }
  }

  async append(batch: readonly Change[]): Promise<void> {
    this.asked.push(batch.length)
    if (this.#held !== undefined) await new Promise<void>((resolve) => this.#held!.push(resolve))
    if (this.#failure !== undefined && this.#spared-- <= 0) throw this.#failure
    const text = `${batch.map((change) => `${JSON.stringify(change)}\n`).join('')}END\n`
    if (this.#isTorn) {
      this.#text += text.slice(0, text.length >> 1)
      return new Promise(() => {})
    }
    this.#text += text
  }
}
