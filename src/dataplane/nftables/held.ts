import { type Element, TABLE_FAMILIES, type TableFamily, type Value, WORD } from './rule.ts'
import { type Kind, kindName } from './ruleset/kinds.ts'

/** What is done with a client of one frontend, without the numbers by which one kernel knows it. */
export interface HeldTreatment {
  /** `pick-3`, `sticky-2-10800`, `reject`, `drop`; `unknown`: its word leads to no chain. */
  readonly kind: string
  /** `10.244.1.2 8080`, sorted; one that weighs more stands several times. */
  readonly backends: readonly string[]
}

/** One frontend as a kernel holds it, or as it should. */
export interface HeldFrontend {
  readonly family: TableFamily
  /** Left out of a node port. */
  readonly address?: string
  readonly protocol: string
  readonly port: number
  readonly cluster: HeldTreatment
  /** For those who come from outside, where its policy is Local. */
  readonly local?: HeldTreatment
  /** Who alone may ask, sorted; left out: all. */
  readonly sources?: readonly string[]
}

type Kinds = Iterable<{ readonly family: TableFamily; readonly number: number; readonly kind: Kind }>

/** Sorted by family, address and port. */
export const heldFrontends = (elements: readonly Element[], kinds: Kinds): readonly HeldFrontend[] => {
  const known = [...kinds]
  return TABLE_FAMILIES.flatMap((family) => {
    const own = elements.filter((element) => element.family === family)
    return new Held(
      own,
      new Map(known.filter((one) => one.family === family).map((one) => [one.number, one.kind])),
    ).all(family)
  })
}

/** `10.96.0.10 udp 53`, or `udp 30080`: by which one is held against the other. */
export const frontendKey = ({ family, address, protocol, port }: HeldFrontend): string =>
  [address ?? `node port ${family}`, protocol, port].join(' ')

class Held {
  readonly #sets = new Map<string, Element[]>()
  readonly #kinds: ReadonlyMap<number, Kind>
  /** Endpoints by their word, backends and slots by their word without the kind. */
  readonly #endpoints = new Map<number, string>()
  readonly #backends = new Map<number, string[]>()

  constructor(elements: readonly Element[], kinds: ReadonlyMap<number, Kind>) {
    this.#kinds = kinds
    for (const element of elements) {
      const set = this.#sets.get(element.set)
      if (set) set.push(element)
      else this.#sets.set(element.set, [element])
    }
    for (const { key, data } of this.#of('endpoints')) this.#endpoints.set(Number(key[0]), textOf(data))
    for (const { key, data } of this.#of('backends')) this.#add(key, textOf(data))
    for (const { key, data } of this.#of('slots'))
      this.#add(key, this.#endpoints.get(Number(data?.[0])) ?? `no endpoint ${data?.[0]}`)
  }

  all(family: TableFamily): readonly HeldFrontend[] {
    const named = this.#of('frontends').map((one) => this.#frontend(family, one, 'frontends-local'))
    const ports = this.#of('nodeports').map((one) => this.#frontend(family, one, 'nodeports-local'))
    return [...named, ...ports].sort((left, right) => (frontendKey(left) < frontendKey(right) ? -1 : 1))
  }

  #frontend(family: TableFamily, { key, data }: Element, localSet: string): HeldFrontend {
    const [port, protocol, address] = key.toReversed()
    const text = key.join(' ')
    const local = this.#of(localSet).find((one) => one.key.join(' ') === text)
    const isRestricted = this.#of('restricted').some((one) => one.key.join(' ') === text)
    const sources = this.#of('allowed')
      .filter((one) => one.key.slice(0, -1).join(' ') === text)
      .map((one) => String(one.key.at(-1)))
    return {
      family,
      ...(address !== undefined && { address: String(address) }),
      protocol: String(protocol),
      port: Number(port),
      cluster: this.#treatment(Number(data?.[0])),
      ...(local && { local: this.#treatment(Number(local.data?.[0])) }),
      ...(isRestricted && { sources: sources.sort() }),
    }
  }

  #treatment(word: number): HeldTreatment {
    const kind = this.#kinds.get(word & WORD.KIND)
    return {
      kind: kind === undefined ? 'unknown' : kindName(kind),
      backends: (this.#backends.get(word & WORD.BACKENDS) ?? []).toSorted(),
    }
  }

  #add(key: readonly Value[], backend: string): void {
    const word = Number(key[0])
    const known = this.#backends.get(word)
    if (known) known.push(backend)
    else this.#backends.set(word, [backend])
  }

  #of(set: string): readonly Element[] {
    return this.#sets.get(set) ?? []
  }
}

const textOf = (data: readonly Value[] | undefined): string => (data ?? []).join(' ')
