import { widerHostnames } from './hostname.ts'

/** A name with whom it belongs to, and how many were there before it. */
interface Owned<T> {
  readonly at: number
  readonly owner: T
}

/** Hostnames of Gateways, each with whom it belongs to first: each is looked up by its labels, and compared with none. */
export class Hostnames<T> {
  readonly #own = new Map<string, Owned<T>>()
  /** By hostnames with a star, and `''`: the first of those that they stand for. */
  readonly #below = new Map<string, Owned<T>>()

  add(hostname: string, owner: T): void {
    if (this.#own.has(hostname)) return
    const one = { at: this.#own.size, owner }
    this.#own.set(hostname, one)
    for (const wider of widerHostnames(hostname)) if (!this.#below.has(wider)) this.#below.set(wider, one)
  }

  /** Whose name is this one. */
  same(hostname: string): T | undefined {
    return this.#own.get(hostname)?.owner
  }

  /** The first whose name is another one and has something in common with this one, as `*.shop.test` and `a.shop.test` do. */
  overlapping(hostname: string): T | undefined {
    let first = this.#below.get(hostname)
    for (const wider of widerHostnames(hostname)) {
      const one = this.#own.get(wider)
      if (one !== undefined && (first === undefined || one.at < first.at)) first = one
    }
    return first?.owner
  }
}
