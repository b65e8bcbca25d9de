import type { Edit } from './target.ts'

/** What somebody else had changed, and what became of it. */
export interface Mending<Key> {
  readonly edit: Edit<Key>
  /** Why it cannot be put right; undefined where it has been. */
  readonly error: Error | undefined
}

/** What somebody else has changed and is not put right yet. */
export class Edits<Key> {
  /** An edit without a key stands under undefined. */
  readonly #edits = new Map<Key | undefined, Edit<Key>>()
  /** Of those that could not be put right: why, as it was told. */
  readonly #told = new Map<Key | undefined, string>()
  readonly #onMending: (mending: Mending<Key>) => void
  #mended = 0

  /** Told of each that has been put right, and once of each that cannot be. */
  constructor(onMending: (mending: Mending<Key>) => void) {
    this.#onMending = onMending
  }

  /** How many have been put right. */
  get mended(): number {
    return this.#mended
  }

  [Symbol.iterator](): Iterator<Edit<Key>> {
    return this.#edits.values()
  }

  /** This is what there is now. Gives the keys that were wrong, and are right again by another hand. */
  replace(edits: readonly Edit<Key>[]): readonly Key[] {
    const wrong = new Set(edits.map(({ key }) => key))
    const righted = [...this.#edits.keys()].filter((key) => key !== undefined && !wrong.has(key)) as Key[]
    for (const key of righted) this.#forget(key)
    for (const edit of edits) this.#edits.set(edit.key, edit)
    return righted
  }

  /** They have been written again; `errorOf`: why that was refused. */
  settle(errorOf: (edit: Edit<Key>) => Error | undefined): void {
    for (const [key, edit] of this.#edits) {
      const error = errorOf(edit)
      const text = error && `${edit.found.join()}: ${error.message}`
      if (text !== undefined && this.#told.get(key) === text) continue
      if (text === undefined) {
        this.#mended++
        this.#forget(key)
      } else this.#told.set(key, text)
      this.#onMending({ edit, error })
    }
  }

  #forget(key: Key | undefined): void {
    this.#edits.delete(key)
    this.#told.delete(key)
  }
}
