import { createHash } from 'node:crypto'
import type { Parts } from './haproxy/isolate.ts'

/**
 * Parts of a table, of which each becomes a text when it is asked for, once: a digest, as all of them together may be many times as
 * large as the table.
 */
export class PartTexts implements Parts {
  readonly #said = new Map<string, (() => unknown)[]>()
  readonly #texts = new Map<string, string>()

  /** Something more that a part is made of. */
  add(id: string, what: () => unknown): void {
    const said = this.#said.get(id)
    if (said === undefined) this.#said.set(id, [what])
    else said.push(what)
  }

  keys(): Iterable<string> {
    return this.#said.keys()
  }

  get(id: string): string | undefined {
    const known = this.#texts.get(id)
    const said = this.#said.get(id)
    if (known !== undefined || said === undefined) return known
    const hash = createHash('sha256')
    for (const what of said) hash.update(`${JSON.stringify(what())}\n`)
    const text = hash.digest('base64')
    this.#texts.set(id, text)
    return text
  }

  *[Symbol.iterator](): Generator<readonly [id: string, text: string]> {
    for (const id of this.#said.keys()) yield [id, this.get(id)!]
  }
}
