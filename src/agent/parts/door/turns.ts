/** Work that is done one after the other where it has one key, and at once where it has not. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  isBusy(key: string): boolean {
    return this.#last.has(key)
  }

  /** Resolves, or rejects, as `work` does when its turn has come. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(work)
    const settled = mine.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(key, settled)
    void settled.then(() => this.#last.get(key) === settled && this.#last.delete(key))
    return mine
  }
}
