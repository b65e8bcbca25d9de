import type { CompiledService, UsedKind } from '#dataplane/nftables/compile.ts'
import { elementKey } from '#dataplane/nftables/render.ts'
import type { Element } from '#dataplane/nftables/rule.ts'

/** What must be written so that the kernel holds what is desired. */
export interface Delta {
  readonly remove: readonly Element[]
  readonly add: readonly Element[]
  /** Kinds that the kernel does not have yet. */
  readonly kinds: readonly UsedKind[]
}

interface Held {
  readonly element: Element
  /** How many Services want it: an address that is an endpoint of two stands once in `hairpin`. */
  readonly count: number
}

const identity = (element: Element): string => `${element.family} ${element.set} ${elementKey(element)}`

const sameData = (left: Element, right: Element): boolean =>
  left.data === right.data ||
  (left.data?.length === right.data?.length && (left.data ?? []).every((value, index) => value === right.data?.[index]))

/** Knows what the kernel holds for each Service, as far as it has acknowledged, and what is left to write. It writes nothing itself. */
export class DeltaTracker {
  readonly #services = new Map<string, readonly Element[]>()
  readonly #held = new Map<string, Held>()
  readonly #kinds = new Map<string, UsedKind>()

  get elements(): number {
    return this.#held.size
  }

  /** The difference between what is held and what these Services shall have. An element whose data changes is in both lists: the kernel has no overwrite. */
  diff(changes: ReadonlyMap<string, CompiledService>): Delta {
    const { after, kinds } = this.#plan(changes)
    const remove: Element[] = []
    const add: Element[] = []
    for (const [id, { element, count }] of after) {
      const before = this.#held.get(id)
      if (before !== undefined && (count === 0 || !sameData(before.element, element))) remove.push(before.element)
      if (count > 0 && (before === undefined || !sameData(before.element, element))) add.push(element)
    }
    return { remove, add, kinds: [...kinds.values()] }
  }

  /** Notes that the kernel has what diff() said. */
  commit(changes: ReadonlyMap<string, CompiledService>): void {
    const { after, kinds } = this.#plan(changes)
    for (const [id, held] of after) {
      if (held.count === 0) this.#held.delete(id)
      else this.#held.set(id, held)
    }
    for (const [name, kind] of kinds) this.#kinds.set(name, kind)
    for (const [service, { elements }] of changes) {
      if (elements.length === 0) this.#services.delete(service)
      else this.#services.set(service, elements)
    }
  }

  /** All that the kernel shall hold once these changes are made: what a test compares. Kinds that are not used any more stay: they cost nothing. */
  whole(changes: ReadonlyMap<string, CompiledService>): {
    readonly add: readonly Element[]
    readonly kinds: readonly UsedKind[]
  } {
    const { after, kinds } = this.#plan(changes)
    const held = new Map([...this.#held, ...after])
    return {
      add: [...held.values()].filter(({ count }) => count > 0).map(({ element }) => element),
      kinds: [...this.#kinds.values(), ...kinds.values()],
    }
  }

  /** Forgets everything: the kernel's table is gone. */
  reset(): void {
    this.#services.clear()
    this.#held.clear()
    this.#kinds.clear()
  }

  #plan(changes: ReadonlyMap<string, CompiledService>) {
    const after = new Map<string, Held>()
    const kinds = new Map<string, UsedKind>()
    const count = (element: Element, step: 1 | -1) => {
      const id = identity(element)
      const known = after.get(id) ?? this.#held.get(id)
      after.set(id, {
        element: step > 0 || known === undefined ? element : known.element,
        count: (known?.count ?? 0) + step,
      })
    }
    for (const service of changes.keys()) for (const element of this.#services.get(service) ?? []) count(element, -1)
    for (const compiled of changes.values()) {
      for (const element of compiled.elements) count(element, 1)
      for (const kind of compiled.kinds) {
        const name = `${kind.family} ${kind.number}`
        if (!this.#kinds.has(name)) kinds.set(name, kind)
      }
    }
    return { after, kinds }
  }
}
