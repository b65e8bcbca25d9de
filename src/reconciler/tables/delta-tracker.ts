import type { CompiledService, UsedKind } from '#dataplane/nftables/compile.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import { ElementPacking } from './element-packing.ts'
import { Digest } from './hash.ts'

/** What must be written so that the kernel holds what is desired. */
export interface Delta {
  readonly remove: readonly Element[]
  readonly add: readonly Element[]
  /** Kinds that the kernel does not have yet. */
  readonly kinds: readonly UsedKind[]
}

const kindId = ({ family, number }: UsedKind): string => `${family} ${number}`

interface Shared {
  readonly data: string
  /** How many times Services want it: an address that is an endpoint of two stands once in `hairpin`. */
  readonly count: number
}

interface Planned extends Shared {
  /** What was packed, where that is known. */
  readonly element?: Element | undefined
}

interface Plan extends Delta {
  readonly changes: ReadonlyMap<string, CompiledService>
  /** What will be remembered of each. */
  readonly texts: ReadonlyMap<string, string>
  readonly shared: ReadonlyMap<string, Shared>
}

/**
 * Knows what the kernel holds for each Service, as far as it has acknowledged, and what is left to write. It writes
 * nothing itself.
 */
export class DeltaTracker {
  /** The elements of each, packed. */
  readonly #services = new Map<string, string>()
  /** Data of shared elements, by identity; a bare text where the count is one, as nearly always. */
  readonly #shared = new Map<string, string | Shared>()
  /** By family and number. */
  readonly #kinds = new Map<string, UsedKind>()
  #elements = 0
  #planned: Plan | undefined
  readonly #packing: ElementPacking

  constructor(packing = new ElementPacking()) {
    this.#packing = packing
  }

  get elements(): number {
    return this.#elements
  }

  /**
   * Notes packed elements that the kernel has already. `service` may stand for nobody, so that what nobody wants is
   * removed with it.
   */
  adopt(service: string, packed: string): void {
    if (packed === '') return
    this.#services.set(service, (this.#services.get(service) ?? '') + packed)
    this.#packing.visit(packed, (identity, data) => {
      this.#elements++
      if (!this.#packing.isSole(identity)) this.#share(identity, data, (this.#known(identity)?.count ?? 0) + 1)
    })
  }

  /** What the kernel holds for a Service. */
  held(service: string): readonly Element[] {
    const elements: Element[] = []
    this.#packing.visit(this.#services.get(service) ?? '', (identity, data) =>
      elements.push(this.#packing.unpack(identity, data)),
    )
    return elements
  }

  /** What the kernel should hold for Services, apart from kinds. */
  digest(): Digest {
    const digest = new Digest()
    for (const text of this.#services.values())
      this.#packing.visit(text, (identity, data) => {
        if (this.#packing.isSole(identity)) digest.add(identity + data)
      })
    for (const [identity, known] of this.#shared)
      digest.add(identity + (typeof known === 'string' ? known : known.data))
    return digest
  }

  get kinds(): Iterable<UsedKind> {
    return this.#kinds.values()
  }

  adoptKind(kind: UsedKind): void {
    this.#kinds.set(kindId(kind), kind)
  }

  /**
   * The difference between what is held and what these Services shall have. An element whose data changes is in both
   * lists: the kernel has no overwrite.
   */
  diff(changes: ReadonlyMap<string, CompiledService>): Delta {
    this.#planned = this.#plan(changes)
    return this.#planned
  }

  /** Notes that the kernel has what diff() said. */
  commit(changes: ReadonlyMap<string, CompiledService>): void {
    const plan = this.#planned?.changes === changes ? this.#planned : this.#plan(changes)
    this.#planned = undefined
    for (const [identity, shared] of plan.shared) {
      if (shared.count === 0) this.#shared.delete(identity)
      else this.#share(identity, shared.data, shared.count)
    }
    for (const kind of plan.kinds) this.#kinds.set(kindId(kind), kind)
    this.#elements += plan.add.length - plan.remove.length
    for (const [service, text] of plan.texts) {
      if (text === '') this.#services.delete(service)
      else this.#services.set(service, text)
    }
  }

  /** Forgets everything: the kernel's table is gone, or will be read anew. */
  reset(): void {
    this.#services.clear()
    this.#shared.clear()
    this.#kinds.clear()
    this.#elements = 0
    this.#planned = undefined
  }

  #known(identity: string): Shared | undefined {
    const known = this.#shared.get(identity)
    return typeof known === 'string' ? { data: known, count: 1 } : known
  }

  #share(identity: string, data: string, count: number): void {
    this.#shared.set(identity, count === 1 ? data : { data, count })
  }

  #plan(changes: ReadonlyMap<string, CompiledService>): Plan {
    const remove: Element[] = []
    const add: Element[] = []
    const shared = new Map<string, Planned>()
    const kinds = new Map<string, UsedKind>()
    const own = new Map<string, string>()
    const take = (identity: string, data: string, element: Element) => {
      const known = shared.get(identity) ?? this.#known(identity)
      shared.set(identity, { data, count: (known?.count ?? 0) + 1, element })
    }
    const leave = (identity: string) => {
      const known: Planned | undefined = shared.get(identity) ?? this.#known(identity)
      shared.set(identity, { data: known?.data ?? '', count: (known?.count ?? 0) - 1, element: known?.element })
    }
    for (const service of changes.keys())
      this.#packing.visit(this.#services.get(service) ?? '', (identity, data) => {
        if (this.#packing.isSole(identity)) own.set(identity, data)
        else leave(identity)
      })
    const texts = new Map<string, string>()
    for (const [service, { elements, kinds: used }] of changes) {
      const text = this.#packing.pack(elements)
      texts.set(service, text)
      let index = 0
      this.#packing.visit(text, (identity, data) => {
        const element = elements[index++] as Element
        if (!this.#packing.isSole(identity)) {
          take(identity, data, element)
          return
        }
        const before = own.get(identity)
        own.delete(identity)
        if (before === data) return
        if (before !== undefined) remove.push(this.#packing.unpack(identity, before))
        add.push(element)
      })
      for (const kind of used) if (!this.#kinds.has(kindId(kind))) kinds.set(kindId(kind), kind)
    }
    for (const [identity, data] of own) remove.push(this.#packing.unpack(identity, data))
    for (const [identity, { data, count, element }] of shared) {
      const before = this.#known(identity)
      if (before?.data === data && count > 0) continue
      if (before !== undefined) remove.push(this.#packing.unpack(identity, before.data))
      if (count > 0) add.push(element ?? this.#packing.unpack(identity, data))
    }
    return { changes, remove, add, kinds: [...kinds.values()], shared, texts }
  }
}
