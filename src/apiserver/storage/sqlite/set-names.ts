import type { Change } from '../journal.ts'
import { nameOfSet } from './name-of-set.ts'
import { rowOf } from './row.ts'
import type { Written } from './written.ts'

/** How many sets a file keeps apart: they stay in it, also when no row names them any more. */
const MOST = 2_048
/** Characters: longer ones are seldom twice the same. */
const MOST_TEXT = 4_096

/**
 * The sets of owned fields that are written apart from the rows that name them. Half of an object's text says who owns its
 * fields, and thousands say the same. Who says the same holds the same object (ADR 53): it is known by that.
 */
export class SetNames {
  /** By the set, or what is said of it in place of a name. */
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
    const nameOf = (set: object): string | undefined => {
      const known = this.#names.get(set)
      if (known === undefined) this.#names.set(set, ONCE)
      if (known === undefined || known === INLINE) return undefined
      if (known !== ONCE && (this.#kept.has(known) || sets.has(known))) return known
      const fields = JSON.stringify(set)
      const name = known === ONCE ? nameOfSet(fields) : known
      const fits = fields.length <= MOST_TEXT && (this.#kept.has(name) || this.#kept.size + sets.size < this.#most)
      this.#names.set(set, fits ? name : INLINE)
      if (!fits) return undefined
      if (!this.#kept.has(name)) sets.set(name, fields)
      return name
    }
    return { rows: changes.map((change) => rowOf(change, nameOf)), sets: [...sets] }
  }
}

/** Neither can be a name. */
const ONCE = '1'
const INLINE = ''
