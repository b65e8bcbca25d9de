import type { ApiObject } from '#api/resource.ts'
import { keyOf } from '#objects/object-key.ts'

export type IndexFunction<T> = (object: T) => readonly string[]

/**
 * Orders resource versions: negative when `left` is older. They are decimal numbers of any length (comparable by
 * KEP-5504), so that a longer one is newer and equal lengths compare as text.
 */
export const compareResourceVersions = (left = '', right = ''): number =>
  left.length - right.length || (left < right ? -1 : left > right ? 1 : 0)

interface Index<T> {
  readonly keysOf: IndexFunction<T>
  readonly entries: Map<string, Map<string, T>>
}

const NOTHING = new Map<string, never>()

/** Objects by key, with any number of secondary indexes that are kept at each write. */
export class Store<T extends ApiObject> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, Index<T>>()

  constructor() {
    this.addIndex('namespace', (object) => [object.metadata?.namespace ?? ''])
  }

  /** Adding one that is there already is fine: the first function stays. */
  addIndex(name: string, keysOf: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return
    const index: Index<T> = { keysOf, entries: new Map() }
    this.#indexes.set(name, index)
    for (const [key, object] of this.#objects) this.#put(index, key, object)
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys()
  }

  values(): IterableIterator<T> {
    return this.#objects.values()
  }

  byIndex(name: string, value: string): ReadonlyMap<string, T> {
    const index = this.#indexes.get(name)
    if (!index) throw new RangeError(`store: there is no index '${name}'`)
    return index.entries.get(value) ?? NOTHING
  }

  /** Returns what stood there before. */
  set(object: T): T | undefined {
    const key = keyOf(object)
    const before = this.delete(key)
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) this.#put(index, key, object)
    return before
  }

  delete(key: string): T | undefined {
    const before = this.#objects.get(key)
    if (!before) return undefined
    this.#objects.delete(key)
    for (const { keysOf, entries } of this.#indexes.values())
      for (const value of keysOf(before)) {
        const group = entries.get(value)
        group?.delete(key)
        if (group?.size === 0) entries.delete(value)
      }
    return before
  }

  #put(index: Index<T>, key: string, object: T): void {
    for (const value of index.keysOf(object)) {
      const group = index.entries.get(value)
      if (group) group.set(key, object)
      else index.entries.set(value, new Map([[key, object]]))
    }
  }
}
