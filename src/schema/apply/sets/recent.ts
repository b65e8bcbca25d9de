/**
 * What was asked for last, by text: a new generation begins when one is full, and what is asked for again moves into
 * it. So it holds at most twice the limit, and forgets what nobody needs.
 */
export class Recent<T> {
  readonly #limit: number
  #young = new Map<string, T>()
  #old = new Map<string, T>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string): T | undefined {
    const known = this.#young.get(key)
    if (known !== undefined) return known
    const aged = this.#old.get(key)
    if (aged !== undefined) this.set(key, aged)
    return aged
  }

  set(key: string, value: T): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
