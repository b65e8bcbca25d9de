import type { ApiObject, Resource } from '#api/resource.ts'
import type { Selection } from '../reading/list.ts'

type Kind = Pick<Resource, 'group' | 'plural'>

/** What was written, as its writer was told. */
export interface Written {
  readonly resource: Kind
  readonly revision: number
  readonly key: string
  /** Undefined: it was deleted, and this is its last state. */
  readonly deleted: boolean
  readonly object: ApiObject
}

/** What a watch is to tell: a type, an object's name, its revision and the value that it has there. */
export type Told = readonly [type: string, key: string, revision: number, value: string | undefined]

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : one > other ? 1 : 0

export const noteOf = (object: ApiObject): string | undefined => object.metadata?.annotations?.value

/** What lists and watches are to say, thought the plain way: over all that was ever written, from the beginning. */
export class Model {
  readonly #written: Written[] = []

  /** In the order of their revisions. */
  add(written: readonly Written[]): void {
    this.#written.push(...written)
  }

  /** How many changes of a resource came after a revision. */
  countAfter(resource: Kind, revision: number): number {
    return this.#written.filter((one) => one.resource === resource && one.revision > revision).length
  }

  /** What was there at a revision, in the order of keys. */
  at(resource: Kind, revision: number, selection: Selection = {}): readonly (readonly [key: string, ApiObject])[] {
    const objects = new Map<string, ApiObject>()
    for (const one of this.#written) {
      if (one.resource !== resource || one.revision > revision) continue
      if (one.deleted) objects.delete(one.key)
      else objects.set(one.key, one.object)
    }
    return [...objects].filter(([key, object]) => isChosen(selection, key, object)).sort(byKey)
  }

  /** What a watch tells of after a revision, up to another. */
  between(resource: Kind, after: number, upTo: number, selection: Selection): readonly Told[] {
    const told: Told[] = []
    const states = new Map<string, ApiObject>()
    for (const { resource: of, revision, key, deleted, object } of this.#written) {
      if (of !== resource || revision > upTo) continue
      const before = states.get(key)
      const was = before !== undefined && isChosen(selection, key, before)
      const is = !deleted && isChosen(selection, key, object)
      if (deleted) states.delete(key)
      else states.set(key, object)
      if (revision <= after || (!was && !is)) continue
      // What leaves a selection is shown as it was in it; what is deleted, as it was at its end.
      const shown = is || deleted ? object : before!
      told.push([is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', key, revision, noteOf(shown)])
    }
    return told
  }
}

const isChosen = ({ namespace, matches }: Selection, key: string, object: ApiObject): boolean =>
  (namespace === undefined || key.startsWith(`${namespace}/`)) && (matches === undefined || matches(object))
