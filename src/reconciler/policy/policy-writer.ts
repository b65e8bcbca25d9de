import type { CompiledService } from '#dataplane/nftables/compile.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import { renderElements } from '#dataplane/nftables/render.ts'
import { type Element, TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import { LONE_POLICY_RULESET, POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
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
import { isClosing, isDrop, isOfPod, type PolicyEntry } from './policy-entry.ts'
import { outlived, statesBetween } from './transition.ts'

/** Of one key that is refused as too long, so many: in a user namespace a socket sends some hundred KiB at once. */
const STEP_ELEMENTS = 500
/** What was found at a start and nobody has asked for yet. */
const FOUND = ''

interface Refused {
  readonly key: string
  readonly error: Error
}

const changesOf = (entries: readonly PolicyEntry[]): ReadonlyMap<string, CompiledService> =>
  new Map(entries.map(({ key, elements }) => [key, { elements, kinds: [] }]))

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
  /** How many elements are there by which somebody is refused who is let in where there is none. */
  #drops = 0
  /** Of what is being written: whether less passes by it. */
  #isLess = false

  /** `isAlone`: none of our rules for Services are beside it. */
  constructor(nftables: Nftables, { isAlone = false } = {}) {
    const ruleset = isAlone ? LONE_POLICY_RULESET : POLICY_RULESET
    this.#tables = { nftables, ruleset, packing: new ElementPacking(ruleset) }
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
    this.#drops = 0
    this.#generation = this.#tables.nftables.generation()
    if (!this.#areRulesOurs()) {
      this.#state = this.#areThere() ? 'foreign' : 'none'
      return
    }
    const found: string[] = []
    if (!readPacked(this.#tables, this.#sets, (packed) => found.push(packed))) {
      this.#state = 'foreign'
      return
    }
    this.#tracker.adopt(FOUND, found.join(''))
    this.#drops = this.#tracker.held(FOUND).filter(isDrop).length
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
    const changes = changesOf(entries)
    const { add } = this.#tracker.diff(changes)
    this.#isLess = true
    try {
      this.#run(`${renderFresh(this.#tables)}${renderElements('add', add, ruleset)}`)
      this.#note(changes, [], add)
      this.#seal()
    } catch (error) {
      this.#forgetIfLost(error)
      // All closed; then each by itself, so that the one is found that the kernel does not want.
      this.#makeTables(entries)
      this.#writeAll(entries, refused)
    }
  }

  /** New tables, in which the pods of these are policed, and nobody is let in yet. */
  #makeTables(entries: readonly PolicyEntry[] = []): void {
    const changes = changesOf(entries.map(({ key, elements }) => ({ key, elements: elements.filter(isClosing) })))
    const { add } = this.#tracker.diff(changes)
    this.#run(`${renderFresh(this.#tables)}${renderElements('add', add, this.#tables.ruleset)}`)
    this.#note(changes, [], add)
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
    const all = isFound ? [...entries, { key: FOUND, elements: [] }] : entries
    try {
      this.#transact(all)
    } catch (error) {
      this.#forgetIfLost(error)
      this.#writeInTurns(all, refused)
    }
  }

  /**
   * Who is who is decided apart from what pods say of each: what they say of those that will be is there before, and goes of
   * those that were when nobody is them any more.
   */
  #writeInTurns(entries: readonly PolicyEntry[], refused: Refused[]): void {
    const isPods = ({ key, elements }: PolicyEntry) => [...elements, ...this.#tracker.held(key)].some(isOfPod)
    const pods = entries.filter(isPods)
    const meanwhile = pods.map(({ key, elements }) => ({
      key,
      elements: [...elements, ...outlived(this.#tracker.held(key), elements)],
    }))
    this.#write(meanwhile, refused)
    this.#write(
      entries.filter((entry) => !isPods(entry)),
      refused,
    )
    const isRefused = new Set(refused.map(({ key }) => key))
    const last = pods.filter(
      ({ key, elements }, index) => !isRefused.has(key) && elements.length < (meanwhile[index]?.elements.length ?? 0),
    )
    this.#write(last, refused)
  }

  #write(entries: readonly PolicyEntry[], refused: Refused[]): void {
    try {
      this.#transact(entries)
    } catch (error) {
      this.#forgetIfLost(error)
      const [only] = entries
      if (only !== undefined && entries.length === 1) {
        if (isTooLong(error)) this.#writeInSteps(only, refused)
        else this.#refuse(only, error as Error, refused)
        return
      }
      const half = entries.length >> 1
      this.#write(entries.slice(0, half), refused)
      this.#write(entries.slice(half), refused)
    }
  }

  #writeInSteps(entry: PolicyEntry, refused: Refused[]): void {
    const { key, elements } = entry
    try {
      for (const state of statesBetween(this.#tracker.held(key), elements, STEP_ELEMENTS))
        this.#transact([{ key, elements: state }])
    } catch (error) {
      this.#forgetIfLost(error)
      this.#refuse(entry, error as Error, refused)
    }
  }

  /** Closed, not open: a pod whose policies the kernel does not take talks with nobody. */
  #refuse({ key, elements }: PolicyEntry, error: Error, refused: Refused[]): void {
    refused.push({ key, error })
    const closing = elements.filter(isClosing)
    if (closing.length === 0) return
    try {
      this.#transact([{ key, elements: closing }])
    } catch (also) {
      // As it was, then: it is tried again.
      this.#forgetIfLost(also)
    }
  }

  #transact(entries: readonly PolicyEntry[]): void {
    const changes = changesOf(entries)
    const { remove, add } = this.#tracker.diff(changes)
    const { ruleset, nftables } = this.#tables
    // Who counts as somebody now may be one whom a pod refuses.
    const refuses = (one: Element) => isClosing(one) || isDrop(one) || (!isOfPod(one) && this.#drops > 0)
    this.#isLess ||= remove.length > 0 || add.some(refuses)
    // Bytes can say all of them.
    const encoded = encodeElements(remove, add, ruleset) ?? []
    if (encoded.length > 0) {
      nftables.apply(encoded)
      this.#generation++
    }
    this.#note(changes, remove, add)
  }

  /** The kernel has it. */
  #note(changes: ReadonlyMap<string, CompiledService>, remove: readonly Element[], add: readonly Element[]): void {
    this.#tracker.commit(changes)
    this.#drops += add.filter(isDrop).length - remove.filter(isDrop).length
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
      const areOurs = readPacked(this.#tables, this.#sets, (packed) => found.add(packed))
      return areOurs && found.equals(this.#tracker.digest())
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }
}

const isTooLong = (error: unknown): boolean => error instanceof KernelError && error.errnoName === 'EMSGSIZE'
