import type { CompiledService } from '#dataplane/nftables/compile.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import { renderElements } from '#dataplane/nftables/render.ts'
import { type Element, TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { DeltaTracker } from '../tables/delta-tracker.ts'
import { ElementPacking } from '../tables/element-packing.ts'
import { isMissing } from '../tables/found-tables.ts'
import { Digest } from '../tables/hash.ts'
import type { Tables } from '../tables/node-tables.ts'
import { readRules, renderFresh, sealTables } from '../tables/ownership.ts'
import { readPacked } from '../tables/read-set.ts'
import { isAnswerLost } from '../target/answer-lost.ts'

/** Of one key that is refused as too long, so many: in a user namespace a socket sends some hundred KiB at once. */
const STEP_ELEMENTS = 500
/** What was found at a start and nobody has asked for yet. */
const FOUND = ''

/** What is to be written of one key, or why that cannot be said. */
interface PolicyEntry {
  readonly key: string
  readonly elements: readonly Element[]
}

interface Refused {
  readonly key: string
  readonly error: Error
}

const compiled = (elements: readonly Element[]): CompiledService => ({ elements, kinds: [] })

/**
 * Writes the elements of policies to one kernel, all of a turn in one transaction. Where the kernel refuses that, it is
 * halved until the one key stands alone that it refuses: the others are written. Synchronous; it keeps no timers.
 */
export class PolicyWriter {
  readonly #tables: Tables
  readonly #tracker: DeltaTracker
  /**
   * What the kernel holds. `none`: no tables, which are made when there is something for them to hold; `foreign`: tables of
   * other rules, which ours replace with all that they hold.
   */
  #state: 'unknown' | 'none' | 'known' | 'foreign' = 'unknown'
  /** The number that the ruleset has as long as nobody but us writes. */
  #generation = 0
  /** Of what is being written: whether less passes by it. */
  #isLess = false

  constructor(nftables: Nftables) {
    this.#tables = { nftables, ruleset: POLICY_RULESET, packing: new ElementPacking(POLICY_RULESET) }
    this.#tracker = new DeltaTracker(this.#tables.packing)
  }

  get elements(): number {
    return this.#tracker.elements
  }

  /**
   * Looks at the kernel, before the first write() and whenever what is known may be wrong: then all that there shall be
   * must be written in one go. Tables of our own rules are adopted. Throws where they cannot be read.
   */
  adopt(): void {
    this.#state = 'unknown'
    this.#tracker.reset()
    this.#generation = this.#tables.nftables.generation()
    if (!this.#areRulesOurs()) {
      this.#state = this.#areThere() ? 'foreign' : 'none'
      return
    }
    const found: string[] = []
    readPacked(this.#tables, this.#sets, (packed) => found.push(packed))
    this.#tracker.adopt(FOUND, found.join(''))
    this.#state = 'known'
  }

  /**
   * Looks whether somebody has edited the tables, at length only where somebody has written something. True: all is well.
   * Throws where they cannot be read.
   */
  audit(): boolean {
    if (this.#state !== 'known' && this.#state !== 'none') return false
    const generation = this.#tables.nftables.generation()
    if (generation === this.#generation) return true
    if (this.#state === 'none' ? this.#areThere() : !this.#isIntact()) return false
    this.#generation = generation
    return true
  }

  /**
   * Brings the kernel to these; gives those that it refused, which stay as they were, and whether less passes now than
   * before. Throws where an answer got lost.
   */
  write(entries: readonly PolicyEntry[]): { readonly refused: readonly Refused[]; readonly isLess: boolean } {
    const refused: Refused[] = []
    this.#isLess = false
    if (this.#state === 'foreign') this.#replace(entries, refused)
    else this.#writeAll(entries, refused)
    return { refused, isLess: this.#isLess }
  }

  /** Other rules make room for ours in one transaction, with all that they shall hold: nothing is open meanwhile. */
  #replace(entries: readonly PolicyEntry[], refused: Refused[]): void {
    const { ruleset } = this.#tables
    const changes = new Map(entries.map(({ key, elements }) => [key, compiled(elements)]))
    const { add } = this.#tracker.diff(changes)
    this.#isLess = true
    try {
      this.#run(`${renderFresh(this.#tables)}${renderElements('add', add, ruleset)}`)
      this.#tracker.commit(changes)
      this.#seal()
    } catch (error) {
      this.#forgetIfLost(error)
      // Without its elements; then each by itself, so that the one is found that the kernel does not want.
      this.#makeTables()
      this.#writeAll(entries, refused)
    }
  }

  #makeTables(): void {
    this.#run(renderFresh(this.#tables))
    this.#seal()
  }

  #seal(): void {
    sealTables(this.#tables)
    this.#generation++
    this.#state = 'known'
  }

  /**
   * All in one transaction: an address that counts as another from now on, and what is said of that, are true at once. What was
   * found and is not wanted goes with them; most of it is wanted, and then stays as it is.
   */
  #writeAll(entries: readonly PolicyEntry[], refused: Refused[]): void {
    if (this.#state === 'none') {
      if (entries.every(({ elements }) => elements.length === 0)) return
      this.#makeTables()
    }
    const isFound = this.#tracker.held(FOUND).length > 0
    this.#write(isFound ? [...entries, { key: FOUND, elements: [] }] : entries, refused)
  }

  #write(entries: readonly PolicyEntry[], refused: Refused[]): void {
    if (entries.length === 0) return
    const changes = new Map(entries.map(({ key, elements }) => [key, compiled(elements)]))
    try {
      this.#transact(changes)
    } catch (error) {
      this.#forgetIfLost(error)
      const [only] = entries
      if (only !== undefined && entries.length === 1) {
        if (isTooLong(error)) this.#writeInSteps(only, refused)
        else refused.push({ key: only.key, error: error as Error })
        return
      }
      const half = entries.length >> 1
      this.#write(entries.slice(0, half), refused)
      this.#write(entries.slice(half), refused)
    }
  }

  /** First what is not wanted goes, then what is wanted comes: closed meanwhile, never open. */
  #writeInSteps({ key, elements }: PolicyEntry, refused: Refused[]): void {
    const wanted = new Set(elements.map(textOf))
    const kept = this.#tracker.held(key).filter((element) => wanted.has(textOf(element)))
    const before = this.#tracker.held(key)
    try {
      for (let at = before.length; at > kept.length; at -= STEP_ELEMENTS)
        this.#transact(
          new Map([
            [key, compiled([...kept, ...rest(before, kept).slice(0, Math.max(0, at - kept.length - STEP_ELEMENTS))])],
          ]),
        )
      const held = new Set(kept.map(textOf))
      const more = elements.filter((element) => !held.has(textOf(element)))
      for (let at = 0; at < more.length; at += STEP_ELEMENTS)
        this.#transact(new Map([[key, compiled([...kept, ...more.slice(0, at + STEP_ELEMENTS)])]]))
    } catch (error) {
      this.#forgetIfLost(error)
      refused.push({ key, error: error as Error })
    }
  }

  #transact(changes: ReadonlyMap<string, CompiledService>): void {
    const { remove, add } = this.#tracker.diff(changes)
    const { ruleset, nftables } = this.#tables
    // Only what is said to pass takes nothing away: whoever counts as another may be one of those who are refused.
    this.#isLess ||= remove.length > 0 || add.some(({ data }) => data?.[0] !== 'return')
    // All of these sets have elements that bytes can say.
    const encoded = encodeElements(remove, add, ruleset) ?? []
    if (encoded.length > 0) {
      nftables.apply(encoded)
      this.#generation++
    }
    this.#tracker.commit(changes)
  }

  #run(text: string): void {
    this.#tables.nftables.run(text)
    this.#generation++
  }

  #forgetIfLost(error: unknown): void {
    if (!isAnswerLost(error)) return
    this.#state = 'unknown'
    throw error
  }

  get #sets() {
    return this.#tables.ruleset.sets.ownedBy('policies')
  }

  #areRulesOurs(): boolean {
    try {
      const { chains } = this.#tables.ruleset
      return TABLE_FAMILIES.every((family) => {
        const { areOurs, lengths } = readRules(this.#tables, family)
        return areOurs && lengths.size === chains.length
      })
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  #areThere(): boolean {
    const { nftables, ruleset } = this.#tables
    let are = false
    for (const family of TABLE_FAMILIES)
      nftables.hooks(family, ruleset.table, () => {
        are = true
      })
    return are
  }

  #isIntact(): boolean {
    if (!this.#areRulesOurs()) return false
    try {
      const found = new Digest()
      readPacked(this.#tables, this.#sets, (packed) => found.add(packed))
      return found.equals(this.#tracker.digest())
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }
}

const isTooLong = (error: unknown): boolean => error instanceof KernelError && error.errnoName === 'EMSGSIZE'
const textOf = ({ family, set, key, data }: Element): string => `${family} ${set} ${key.join(' ')} ${data?.join(' ')}`
const rest = (all: readonly Element[], without: readonly Element[]): readonly Element[] => {
  const out = new Set(without)
  return all.filter((one) => !out.has(one))
}
