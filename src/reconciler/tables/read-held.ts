import type { UsedKind } from '#dataplane/nftables/compile.ts'
import { decodeElement } from '#dataplane/nftables/decode.ts'
import { type Element, TABLE_FAMILIES, type TableFamily, WORD } from '#dataplane/nftables/rule.ts'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { readKinds } from './found-tables.ts'
import type { NodeTables } from './node-tables.ts'
import { readSet } from './read-set.ts'

type Readable = Pick<NodeTables, 'nftables' | 'ruleset'>

/** Which frontends are meant: those at an address or a port, and those that were written for a Service. */
export interface HeldQuery {
  /** `address` left out: node ports too; `protocol` in lower case. */
  readonly frontends: readonly { readonly address?: string; readonly protocol?: string; readonly port: number }[]
  /** `default/web`: by the comments of elements, so that what is left of a Service that moved is seen too. */
  readonly services: readonly string[]
}

interface HeldElements {
  /** Of the frontends that are meant and all that they lead to, and of what tells of the node. Services' names as comments. */
  readonly elements: readonly Element[]
  readonly kinds: readonly UsedKind[]
}

const FRONTENDS = ['frontends', 'nodeports'] as const
/** By the key of a frontend. */
const BESIDE = ['frontends-local', 'nodeports-local', 'restricted', 'allowed'] as const

/**
 * The elements of some frontends, as the kernel has them now: each set is read once, and of the others nothing is kept. Throws
 * as Nftables.dump(): ENOENT where there is no such table.
 */
export const readHeld = (tables: Readable, query: HeldQuery): HeldElements => {
  const parts = TABLE_FAMILIES.map((family) => new FamilyReader(tables, family).read(query))
  return { elements: parts.flatMap(({ elements }) => elements), kinds: parts.flatMap(({ kinds }) => kinds) }
}

class FamilyReader {
  readonly #tables: Readable
  readonly #family: TableFamily
  readonly #elements: Element[] = []

  constructor(tables: Readable, family: TableFamily) {
    this.#tables = tables
    this.#family = family
  }

  read({ frontends, services }: HeldQuery): HeldElements {
    const { ruleset } = this.#tables
    for (const set of ruleset.sets.ownedBy('node'))
      readSet(this.#tables, this.#family, set, (element) => this.#elements.push(element))
    if (frontends.length === 0 && services.length === 0) return { elements: this.#elements, kinds: [] }
    const isMeant = ({ key, comment }: Element): boolean => {
      const [port, protocol, address] = key.toReversed()
      return (
        frontends.some(
          (one) =>
            one.port === port &&
            (one.protocol === undefined || one.protocol === protocol) &&
            (one.address === undefined || address === undefined || one.address === address),
        ) || services.some((name) => comment === name || comment?.startsWith(`${name}:`) === true)
      )
    }
    const words = new Set<number>()
    const keys = new Set<string>()
    const note = ({ data }: Element): void => void words.add(Number(data?.[0]) & WORD.SERVICE_PORT)
    for (const set of FRONTENDS)
      this.#keep(set, (element) => {
        if (!isMeant(element)) return false
        keys.add(element.key.join(' '))
        note(element)
        return true
      })
    for (const set of BESIDE)
      this.#keep(set, ({ key }) => keys.has((set === 'allowed' ? key.slice(0, -1) : key).join(' ')))
    const idOf = (key: Uint8Array): boolean => words.has(wordOf(key) & WORD.SERVICE_PORT)
    for (const set of ['backends', 'slots', 'endpoints', 'cluster-endpoints', 'local-endpoints'] as const)
      this.#keep(set, () => true, idOf)
    const addresses = new Set(
      this.#elements
        .filter(({ set }) => set === 'backends' || set === 'endpoints')
        .map(({ data }) => String(data?.[0])),
    )
    this.#keep('hairpin', ({ key }) => addresses.has(String(key[0])))
    const asked = new Set(this.#elements.flatMap(({ set, key }) => (set === 'frontends' ? [String(key[0])] : [])))
    this.#keep('cluster-ips', ({ key }) => asked.has(String(key[0])) || hasAddress(frontends, String(key[0])))
    return { elements: this.#elements, kinds: readKinds(this.#tables, this.#family) }
  }

  /** `isLikely` looks at the kernel's bytes, so that what is not meant costs no decoding. */
  #keep(set: string, isMeant: (element: Element) => boolean, isLikely?: (key: Uint8Array) => boolean): void {
    const { nftables, ruleset } = this.#tables
    nftables.dump(this.#family, ruleset.table, set, ({ key, keyEnd, data, comment }) => {
      if (key.length === 0 || isLikely?.(key) === false) return
      const decoded = decodeElement(this.#family, set, key, keyEnd, data, ruleset)
      const element = comment === undefined ? decoded : { ...decoded, comment }
      if (isMeant(element)) this.#elements.push(element)
    })
  }
}

const hasAddress = (frontends: HeldQuery['frontends'], address: string): boolean =>
  frontends.some((one) => one.address === address)

const wordOf = (key: Uint8Array): number => new DataView(key.buffer, key.byteOffset, 4).getUint32(0, LITTLE_ENDIAN)
