/**
 * What many containers tell in one moment is looked at once, when this moment's events are through: each look costs as
 * much as there are containers. `sync` does all that `publish` does.
 */
export class EndOfTurn {
  readonly #sync: () => void
  readonly #publish: () => void
  #due: 'sync' | 'publish' | undefined

  constructor(sync: () => void, publish: () => void) {
    this.#sync = sync
    this.#publish = publish
  }

  sync(): void {
    if (this.#due === undefined) queueMicrotask(() => this.#settle())
    this.#due = 'sync'
  }

  publish(): void {
    if (this.#due !== undefined) return
    this.#due = 'publish'
    queueMicrotask(() => this.#settle())
  }

  #settle(): void {
    const due = this.#due
    this.#due = undefined
    if (due === 'sync') this.#sync()
    else if (due === 'publish') this.#publish()
  }
}
