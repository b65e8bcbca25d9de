import type { CompiledService, UsedKind } from '#dataplane/nftables/compile.ts'
import { elementKey } from '#dataplane/nftables/render.ts'
import type { Element, SetName, TableFamily, Value } from '#dataplane/nftables/rule.ts'

/** What must be written so that the kernel holds what is desired. */
export interface Delta {
  readonly remove: readonly Element[]
  readonly add: readonly Element[]
  /** Kinds that the kernel does not have yet. */
  readonly kinds: readonly UsedKind[]
}

/** Sets whose keys begin with the id of a service port: no two Services want the same element. */
const OWN: ReadonlySet<SetName> = new Set(['backends', 'slots', 'endpoints', 'cluster-endpoints', 'local-endpoints'])

/** `ip backends 8192 . 0`: tells one element from another. */
const identityOf = (element: Element): string => `${element.family} ${element.set} ${elementKey(element)}`
const dataOf = ({ data }: Element): string => (data === undefined ? '' : data.join(' . '))
const partOf = (text: string): Value => (/^\d+$/.test(text) ? Number(text) : text)
const kindId = ({ family, number }: UsedKind): string => `${family} ${number}`

/** The element that identityOf() and dataOf() came from. */
function elementOf(identity: string, data: string): Element {
  const [family, set] = identity.split(' ', 2) as [TableFamily, SetName]
  const key = identity.slice(family.length + set.length + 2).split(' . ')
  const element = { family, set, key: key.map(partOf) }
  return data === '' ? element : { ...element, data: data.split(' . ').map(partOf) }
}

/** What is written of one Service, as one text, which takes a tenth of the memory of its elements: `identity : data` by line. */
const remember = (elements: readonly Element[]): string =>
  elements.map((element) => `${identityOf(element)} : ${dataOf(element)}`).join('\n')

function* recall(text: string | undefined): Generator<readonly [identity: string, data: string]> {
  if (!text) return
  for (const line of text.split('\n')) {
    const at = line.indexOf(' : ')
    yield [line.slice(0, at), line.slice(at + 3)]
  }
}

interface Shared {
  readonly data: string
  /** How many times Services want it: an address that is an endpoint of two stands once in `hairpin`. */
  readonly count: number
}

interface Plan extends Delta {
  readonly changes: ReadonlyMap<string, CompiledService>
  /** What will be remembered of each. */
  readonly texts: ReadonlyMap<string, string>
  readonly shared: ReadonlyMap<string, Shared>
}

/** Knows what the kernel holds for each Service, as far as it has acknowledged, and what is left to write. It writes nothing itself. */
export class DeltaTracker {
  readonly #services = new Map<string, string>()
  /** Data of shared elements, by identity; a bare text where the count is one, as nearly always. */
  readonly #shared = new Map<string, string | Shared>()
  readonly #kinds = new Set<string>()
  #elements = 0
  #planned: Plan | undefined

  get elements(): number {
    return this.#elements
  }

  /** Notes what the kernel has already. `service` may stand for nobody, so that what nobody wants is removed with it. */
  adopt(service: string, elements: readonly Element[]): void {
    const before = this.#services.get(service)
    const text = remember(elements)
    if (text === '') return
    this.#services.set(service, before === undefined ? text : `${before}\n${text}`)
    for (const element of elements) {
      this.#elements++
      if (OWN.has(element.set)) continue
      const identity = identityOf(element)
      const known = this.#known(identity)
      this.#share(identity, { data: dataOf(element), count: (known?.count ?? 0) + 1 })
    }
  }

  adoptKind(kind: UsedKind): void {
    this.#kinds.add(kindId(kind))
  }

  /** The difference between what is held and what these Services shall have. An element whose data changes is in both lists: the kernel has no overwrite. */
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
      else this.#share(identity, shared)
    }
    for (const kind of plan.kinds) this.#kinds.add(kindId(kind))
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

  #share(identity: string, shared: Shared): void {
    this.#shared.set(identity, shared.count === 1 ? shared.data : shared)
  }

  #plan(changes: ReadonlyMap<string, CompiledService>): Plan {
    const remove: Element[] = []
    const add: Element[] = []
    const shared = new Map<string, Shared>()
    const kinds = new Map<string, UsedKind>()
    const own = new Map<string, string>()
    const count = (identity: string, step: 1 | -1, data?: string) => {
      const known = shared.get(identity) ?? this.#known(identity)
      shared.set(identity, { data: data ?? known?.data ?? '', count: (known?.count ?? 0) + step })
    }
    for (const service of changes.keys())
      for (const [identity, data] of recall(this.#services.get(service))) {
        if (isOwn(identity)) own.set(identity, data)
        else count(identity, -1)
      }
    const texts = new Map<string, string>()
    for (const [service, compiled] of changes) {
      const lines: string[] = []
      for (const element of compiled.elements) {
        const identity = identityOf(element)
        const data = dataOf(element)
        lines.push(`${identity} : ${data}`)
        if (!OWN.has(element.set)) {
          count(identity, 1, data)
          continue
        }
        const before = own.get(identity)
        own.delete(identity)
        if (before === data) continue
        if (before !== undefined) remove.push(elementOf(identity, before))
        add.push(element)
      }
      texts.set(service, lines.join('\n'))
      for (const kind of compiled.kinds) if (!this.#kinds.has(kindId(kind))) kinds.set(kindId(kind), kind)
    }
    for (const [identity, data] of own) remove.push(elementOf(identity, data))
    for (const [identity, { data, count }] of shared) {
      const before = this.#known(identity)
      if (before?.data === data && count > 0) continue
      if (before !== undefined) remove.push(elementOf(identity, before.data))
      if (count > 0) add.push(elementOf(identity, data))
    }
    return { changes, remove, add, kinds: [...kinds.values()], shared, texts }
  }
}

const isOwn = (identity: string): boolean => OWN.has(identity.split(' ', 2)[1] as SetName)
