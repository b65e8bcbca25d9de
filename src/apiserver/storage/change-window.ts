import type { ApiObject } from '#api/resource.ts'
import type { Change } from './journal.ts'

/** One change that lasts, as watches and lists of the past read it. */
export interface SeenChange extends Omit<Change, 'resource' | 'replaces'> {
  readonly previous: ApiObject | undefined
  /** About what it keeps in memory, octets. */
  readonly bytes: number
  /** When, milliseconds of the store's clock. */
  readonly at: number
}

/** Where the forgotten part of the list is cut off rather than left empty. */
const SLACK = 1024

/**
 * The latest changes of one collection, oldest first, each with a number of its own that grows by one. Watches hold
 * such a number, not the changes: what they wait for is kept here, once for all of them.
 */
export class ChangeWindow {
  #changes: (SeenChange | undefined)[] = []
  /** Of the oldest that is kept, in the list. */
  #head = 0
  /** Number of the first in the list. */
  #base = 0
  #bytes = 0

  /** The number of the oldest change that is kept. */
  get begin(): number {
    return this.#base + this.#head
  }

  /** The number that the next change will have. */
  get end(): number {
    return this.#base + this.#changes.length
  }

  get bytes(): number {
    return this.#bytes
  }

  get oldest(): SeenChange | undefined {
    return this.#changes[this.#head]
  }

  /** The change of that number; undefined where it is forgotten, or still to come. */
  at(number: number): SeenChange | undefined {
    return this.#changes[number - this.#base]
  }

  push(change: SeenChange): void {
    this.#changes.push(change)
    this.#bytes += change.bytes
  }

  /** The number of the first change that is later than this revision. */
  after(revision: number): number {
    let low = this.#head
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#changes[middle]!.revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#base + low
  }

  /** Forgets the oldest change, and returns it. */
  forget(): SeenChange | undefined {
    const change = this.#changes[this.#head]
    if (!change) return undefined
    this.#changes[this.#head++] = undefined
    this.#bytes -= change.bytes
    if (this.#head >= SLACK && this.#head * 2 >= this.#changes.length) {
      this.#base += this.#head
      this.#changes = this.#changes.slice(this.#head)
      this.#head = 0
    }
    return change
  }
}
