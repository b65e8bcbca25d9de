import type { Resource } from '#api/resource.ts'
import { Collection } from './collection.ts'
import { GroupCommit } from './group-commit.ts'
import { type Change, type Journal, resourceName } from './journal.ts'
import { PastRevisions } from './past-revisions.ts'
import { inTurn } from './reading/turns.ts'
import type { Transaction } from './transaction.ts'

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

interface StoreOptions {
  readonly limits?: WindowLimits
  /** Milliseconds; only differences count. */
  readonly now?: () => number
  /** Told of faults of our own that are nobody's who writes. */
  readonly report?: (error: unknown) => void
}

/**
 * Everything the API server knows, in memory over a journal: a collection a resource, one revision counter for all of
 * them. Objects are plain JSON-form objects. What collections show lasts already; writes are transactions.
 */
export class Store {
  /** Of the latest change that lasts. */
  #revision: number
  /** The latest that was given out. */
  #given: number
  readonly #compacted: number
  readonly #limits: WindowLimits
  readonly #now: () => number
  readonly #collections = new Map<string, Collection>()
  /** Those whose past is not known any more. */
  readonly #dropped = new Set<string>()
  readonly #commits: GroupCommit
  readonly #past: PastRevisions
  #trimming = false

  /** With all that the journal gives. */
  constructor(
    journal: Journal,
    { limits = LIMITS, now = () => performance.now(), report = console.error }: StoreOptions = {},
  ) {
    this.#limits = limits
    this.#now = now
    const { compacted, changes } = journal.load()
    this.#compacted = compacted
    this.#revision = compacted
    for (const change of changes) {
      this.collection(change.resource).restore(change)
      this.#revision = Math.max(this.#revision, change.revision)
    }
    this.#given = this.#revision
    this.#past = new PastRevisions(limits.age, now)
    this.#past.reached(this.#revision)
    this.#commits = new GroupCommit({
      journal,
      get: (resource, key) => this.collection(resource).get(key),
      nextRevision: () => ++this.#given,
      now,
      publish: (batch) => this.#publish(batch),
      report,
    })
    this.#trimSoon()
  }

  /**
   * Runs `body` by itself, and resolves with what it returns once what it wrote lasts. Rejects with what it throws, and
   * with StorageError JOURNAL_FAILED, JOURNAL_FULL or JOURNAL_STALLED.
   */
  transact<T>(body: (transaction: Transaction) => T, dryRun = false): Promise<T> {
    return this.#commits.transact(body, dryRun)
  }

  /** The revision of the latest change that lasts, of any resource. */
  get revision(): number {
    return this.#revision
  }

  /** Whether the journal stands still. */
  get isStalled(): boolean {
    return this.#commits.isStalled
  }

  /** What is kept of former states, in octets, about. */
  get windowBytes(): number {
    let sum = 0
    for (const { window } of this.#collections.values()) sum += window.bytes
    return sum
  }

  collection(resource: Pick<Resource, 'group' | 'plural'>): Collection {
    const key = resourceName(resource)
    let collection = this.#collections.get(key)
    if (!collection) {
      collection = new Collection(this.#dropped.has(key) ? this.#revision : this.#compacted, {
        revision: () => this.#revision,
        oldestRevision: () => this.#past.oldest,
        now: this.#now,
      })
      this.#collections.set(key, collection)
    }
    return collection
  }

  /** Forgets a resource, whose objects are gone; its watches end. Named again, it begins anew, from now. */
  drop(resource: Pick<Resource, 'group' | 'plural'>): void {
    const key = resourceName(resource)
    this.#collections.get(key)?.close()
    this.#collections.delete(key)
    this.#dropped.add(key)
  }

  #publish(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#revision = change.revision
      this.collection(change.resource).commit(change)
    }
    this.#past.reached(this.#revision)
    this.#trimSoon()
  }

  /** Behind the watchers, who are told of all that there is now: they never find forgotten what they are told of. */
  #trimSoon(): void {
    if (this.#trimming) return
    this.#trimming = true
    const told = this.#revision
    inTurn(() => {
      this.#trimming = false
      this.#trim(told)
      if (this.#revision > told) this.#trimSoon()
    })
  }

  /** Of what all watchers have been told of, up to this revision. */
  #trim(told: number): void {
    const { bytes, changes, age } = this.#limits
    const since = this.#now() - age
    const collections = [...this.#collections.values()]
    const mayTrim = ({ window: { oldest } }: Collection): boolean => oldest !== undefined && oldest.revision <= told
    for (const collection of collections) {
      const { window } = collection
      while (mayTrim(collection) && (window.end - window.begin > changes || window.oldest!.at < since))
        collection.trim()
    }
    // One collection that is rewritten without pause must not take the others' past.
    for (let excess = this.windowBytes - bytes; excess > 0; ) {
      const largest = collections.reduce((a, b) => (b.window.bytes > a.window.bytes ? b : a))
      // Its watchers are still to be told of all that it has: it loses some of it the next time.
      if (!mayTrim(largest)) return
      const part = Math.max(1, Math.min(excess, largest.window.bytes / 8))
      let freed = 0
      while (freed < part && mayTrim(largest)) freed += largest.trim()!.bytes
      excess -= freed
    }
  }
}
