import type { Change, Journal, Loaded } from '../journal.ts'

/** Keeps all in memory, from one store to the next, and folds its past as a file does. */
export class FoldingJournal implements Journal {
  #changes: Change[] = []
  #compacted: number

  constructor(firstRevision: number) {
    this.#compacted = firstRevision
  }

  get compacted(): number {
    return this.#compacted
  }

  /** Forgets what was replaced or deleted up to a revision. */
  compact(revision: number): void {
    if (revision <= this.#compacted) return
    const latest = new Map<string, Change>()
    const later: Change[] = []
    for (const change of this.#changes) {
      const { group, plural } = change.resource
      const id = `${group}/${plural} ${change.key}`
      if (change.revision > revision) later.push(change)
      else if (change.deleted) latest.delete(id)
      else latest.set(id, change)
    }
    this.#changes = [...latest.values()].toSorted((a, b) => a.revision - b.revision).concat(later)
    this.#compacted = revision
  }

  load(): Loaded {
    return { compacted: this.#compacted, changes: [...this.#changes] }
  }

  async append(batch: readonly Change[]): Promise<void> {
    this.#changes.push(...batch)
  }
}
