import type { StoredEvent, Watch } from '../../storage/reading/watch.ts'
import { told } from './storage-refusal.ts'

/** A watch whose `next` throws what clients are told. */
export class ToldWatch implements Watch {
  readonly #watch: Watch

  constructor(watch: Watch) {
    this.#watch = watch
  }

  next(): StoredEvent | undefined {
    // For each event of each watcher: no function is made for it.
    try {
      return this.#watch.next()
    } catch (error) {
      throw told(error)
    }
  }

  get isBehind(): boolean {
    return this.#watch.isBehind
  }

  get isWaiting(): boolean {
    return this.#watch.isWaiting === true
  }

  get isOver(): boolean {
    return this.#watch.isOver
  }

  close(): void {
    this.#watch.close()
  }
}
