import type { Change } from '../journal.ts'
import { nameOfSet } from './name-of-set.ts'
import { rowOf } from './row.ts'
import type { Written } from './written.ts'

/** How many sets a file keeps apart: they stay in it, also when no row names them any more. */
const MOST = 2_048
/** Characters: longer ones are seldom twice the same. */
const MOST_TEXT = 4_096
/** In place of a name, as which neither can be taken: met once, and written where it stands for good. */
const ONCE = '1'
const INLINE = ''

/**
 * The sets of owned fields that are written apart from the rows that name them. Up to half of an object's text would say
 * who owns its fields, and thousands say the same. Who says the same holds the same object (ADR 53): it is known by that.
 */
export class SetNames {
  /** By the set. */
  readonly #names = new WeakMap<object, string>()
  /** Those that last. */
  readonly #kept = new Set<string>()
  readonly #most: number

  constructor(most = MOST) {
    this.#most = most
  }

  /** They last: a row may name them by themselves. */
  keep(names: Iterable<string>): void {
    for (const name of names) this.#kept.add(name)
  }

  /** The rows of changes, and the sets that do not last yet which they name. */
  write(changes: readonly Change[]): Written {
    const sets = new Map<string, string>()
    const rows = changes.map((change) => rowOf(change, (set) => this.#nameOf(set, sets)))
    return { rows, sets: [...sets] }
  }

  /** Adds to `fresh` what it names and does not last; undefined for a set that is written where it stands. */
  #nameOf(set: object, fresh: Map<string, string>): string | undefined {
    const known = this.#names.get(set)
    if (known === undefined) this.#names.set(set, ONCE)
    if (known === undefined || known === INLINE) return undefined
    if (this.#kept.has(known) || fresh.has(known)) return known
    const fields = JSON.stringify(set)
    const name = fields.length <= MOST_TEXT ? nameOfSet(fields) : INLINE
    const isKept = this.#kept.has(name)
    if (name === INLINE || (!isKept && this.#kept.size + fresh.size >= this.#most)) {
      this.#names.set(set, INLINE)
      return undefined
    }
    this.#names.set(set, name)
    if (!isKept) fresh.set(name, fields)
    return name
  }
}
