import type { Resource } from '#api/resource.ts'
import { Collection, type CollectionStore } from './collection.ts'

/** How much of what has changed is kept, for watches that resume and lists that go on. */
export interface WindowLimits {
  /** Of all collections together, about the octets that they take in memory. */
  readonly bytes: number
  /** Of one collection. */
  readonly changes: number
  /** Milliseconds. */
  readonly age: number
}

/** The age is that of etcd's compaction under a real API server; the largest body is 3 MiB. */
const LIMITS: WindowLimits = { bytes: 64 * 1024 * 1024, changes: 32_768, age: 300_000 }

export interface StoreOptions {
  readonly limits?: WindowLimits
  /** Milliseconds; only differences count. */
  readonly now?: () => number
}

/**
 * Everything the API server knows, in memory: a collection a resource, one revision counter for all of them. Objects
 * are plain JSON-form objects; what is stored is shared with every reader and never changed. All operations are
 * synchronous, so that a read, a decision and a write in one turn of the event loop are one transaction.
 */
export class Store {
  #revision: number
  readonly #first: number
  readonly #limits: WindowLimits
  readonly #now: () => number
  readonly #collections = new Map<string, Collection>()
  #trimming = false

  /**
   * `firstRevision` must be above every revision that an earlier run gave out, or a client would resume into a gap
   * unnoticed.
   */
  constructor(firstRevision: number, { limits = LIMITS, now = () => performance.now() }: StoreOptions = {}) {
    this.#revision = firstRevision
    this.#first = firstRevision
    this.#limits = limits
    this.#now = now
  }

  /** The revision of the latest write, of any resource. */
  get revision(): number {
    return this.#revision
  }

  /** What is kept of former states, in octets, about. */
  get windowBytes(): number {
    let sum = 0
    for (const { window } of this.#collections.values()) sum += window.bytes
    return sum
  }

  collection(resource: Pick<Resource, 'group' | 'plural'>): Collection {
    const key = `${resource.group}/${resource.plural}`
    let collection = this.#collections.get(key)
    if (!collection) {
      collection = new Collection(this.#first, this.#forCollections)
      this.#collections.set(key, collection)
    }
    return collection
  }

  readonly #forCollections: CollectionStore = {
    revision: () => this.#revision,
    nextRevision: () => ++this.#revision,
    now: () => this.#now(),
    committed: () => {
      if (this.#trimming) return
      this.#trimming = true
      // After this turn's watchers, who read in its check phase: they never find forgotten what they have just been told
      // of.
      setImmediate(() => setImmediate(() => this.#trim()))
    },
  }

  #trim(): void {
    this.#trimming = false
    const { bytes, changes, age } = this.#limits
    const since = this.#now() - age
    for (const collection of this.#collections.values()) {
      const { window } = collection
      while (window.end - window.begin > changes || (window.oldest && window.oldest.at < since)) collection.trim()
    }
    // One collection that is rewritten without pause must not take the others' past.
    for (let excess = this.windowBytes - bytes; excess > 0; ) {
      const largest = [...this.#collections.values()].reduce((a, b) => (b.window.bytes > a.window.bytes ? b : a))
      const part = Math.max(1, Math.min(excess, largest.window.bytes / 8))
      let freed = 0
      while (freed < part) freed += largest.trim()?.bytes ?? part
      excess -= freed
    }
  }
}
