import type { ApiObject } from '#api/resource.ts'
import { type Change, resourceName } from './journal.ts'
import type { Transaction } from './transaction.ts'
import { withRevision } from './with-revision.ts'

/** What a batch is made over. */
export interface BatchSource {
  /** What lasts already. */
  get(resource: Change['resource'], key: string): ApiObject | undefined
  /** A revision that was never given out. */
  nextRevision(): number
}

/** A transaction's outcome, for whoever asked for it: told once the batch has become true, or has not. */
interface Outcome {
  settle(failure: Error | undefined): void
}

/** Transactions that become true together: each sees what those before it have written. */
export class Batch {
  readonly #source: BatchSource
  readonly #changes: Change[] = []
  /** The latest change of an object, by its resource and by its key. */
  readonly #latest = new Map<string, Map<string, Change>>()
  readonly #undo: (() => void)[] = []
  readonly #commit: (() => void)[] = []
  readonly #outcomes: Outcome[] = []

  constructor(source: BatchSource) {
    this.#source = source
  }

  get changes(): readonly Change[] {
    return this.#changes
  }

  /** Runs one. Where its body throws, or in a dry run, nothing is left of it. */
  run<T>(body: (transaction: Transaction) => T, dryRun: boolean): { readonly value: T } | { readonly error: unknown } {
    const [changes, undo, commit] = [this.#changes.length, this.#undo.length, this.#commit.length]
    const back = (): void => {
      for (const action of this.#undo.splice(undo).reverse()) action()
      this.#commit.length = commit
      this.#takeBack(changes)
    }
    try {
      const value = body(this.#transaction(dryRun))
      if (dryRun) back()
      return { value }
    } catch (error) {
      back()
      return { error }
    }
  }

  /** Whoever is to hear how it ends. */
  tell(outcome: Outcome): void {
    this.#outcomes.push(outcome)
  }

  /** It lasts. Each action is run by `attempt`, which does not throw: whoever waits is told all the same. */
  succeed(attempt: (action: () => void) => void): void {
    for (const action of this.#commit) attempt(action)
    for (const outcome of this.#outcomes) outcome.settle(undefined)
  }

  /** Nothing of it has happened. */
  fail(error: Error, attempt: (action: () => void) => void): void {
    for (const action of this.#undo.reverse()) attempt(action)
    for (const outcome of this.#outcomes) outcome.settle(error)
  }

  #transaction(dryRun: boolean): Transaction {
    return {
      dryRun,
      get: (resource, key) => this.#get(resource, key),
      put: (resource, key, object) => this.#write(resource, key, object, false),
      delete: (resource, key, last) => this.#write(resource, key, last, true),
      onRollback: (action) => this.#undo.push(action),
      onCommit: (action) => this.#commit.push(action),
    }
  }

  #get(resource: Change['resource'], key: string): ApiObject | undefined {
    const latest = this.#latest.get(resourceName(resource))?.get(key)
    if (latest === undefined) return this.#source.get(resource, key)
    return latest.deleted ? undefined : latest.object
  }

  #write(resource: Change['resource'], key: string, state: ApiObject, deleted: boolean): ApiObject {
    const before = this.#get(resource, key)?.metadata?.resourceVersion
    const replaces = before === undefined ? undefined : Number(before)
    const revision = this.#source.nextRevision()
    const object = withRevision(state, revision)
    const change: Change = { revision, resource, key, replaces, object, deleted }
    this.#changes.push(change)
    this.#note(change)
    return object
  }

  #takeBack(length: number): void {
    if (this.#changes.length === length) return
    this.#changes.length = length
    this.#latest.clear()
    for (const change of this.#changes) this.#note(change)
  }

  #note(change: Change): void {
    const name = resourceName(change.resource)
    let latest = this.#latest.get(name)
    if (latest === undefined) {
      latest = new Map()
      this.#latest.set(name, latest)
    }
    latest.set(change.key, change)
  }
}
