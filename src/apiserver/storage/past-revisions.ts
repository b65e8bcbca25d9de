/** How finely times are kept: parts of the age. */
const PARTS = 10

/** When which revision was the latest, as finely as it takes to say which is too old to be read at. */
export class PastRevisions {
  readonly #age: number
  readonly #now: () => number
  /** The latest revision at each of these times, oldest first. */
  readonly #marks: { readonly at: number; readonly revision: number }[] = []
  #oldest = 0

  /** `age`: how long ago a revision may be, in milliseconds of `now`. */
  constructor(age: number, now: () => number) {
    this.#age = age
    this.#now = now
  }

  /** Takes note that this is the latest revision by now. */
  reached(revision: number): void {
    const at = this.#now()
    const last = this.#marks.at(-1)
    if (!last || at - last.at >= this.#age / PARTS) this.#marks.push({ at, revision })
  }

  /**
   * The oldest revision that may still be read at. As after a compaction of etcd, it was the latest about the age ago:
   * while nothing changes, what is there now stays readable by its revision.
   */
  get oldest(): number {
    const since = this.#now() - this.#age
    while (this.#marks[0] && this.#marks[0].at <= since) this.#oldest = this.#marks.shift()!.revision
    return this.#oldest
  }
}
