import { EGRESS_RULESET, egressElements } from '#dataplane/egress/ruleset.ts'
import type { CompiledService } from '#dataplane/nftables/compile.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import { renderDelete, renderElements } from '#dataplane/nftables/render.ts'
import { type Element, TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import type { Egress } from '#podnetwork/between/egress.ts'
import { DeltaTracker } from '../tables/delta-tracker.ts'
import { ElementPacking } from '../tables/element-packing.ts'
import { isMissing } from '../tables/found-tables.ts'
import { readRules, renderFresh, sealTables } from '../tables/ownership.ts'
import { haveElements } from '../tables/read-set.ts'
import { isAnswerLost } from '../target/answer-lost.ts'
import type { Edit, Target, Told } from '../target/target.ts'

interface WantedEgress {
  readonly keys: () => readonly string[]
  readonly of: (key: string) => Egress
}

const elementsOf = ({ pods, inside, nodes }: Egress): readonly Element[] => [
  ...egressElements('own-pods', pods),
  ...egressElements('inside', inside),
  ...egressElements('nodes', nodes),
]

/**
 * The table by which pods' packets leave with the node's address. A start puts a fresh table in the place of what is there, in
 * one transaction: connections keep what the kernel has noted of them. A change is the elements that differ.
 */
export class EgressTarget implements Target<string> {
  readonly #nftables: Nftables
  readonly #wanted: WantedEgress
  readonly #packing = new ElementPacking(EGRESS_RULESET)
  readonly #tracker = new DeltaTracker(this.#packing)
  #isFresh = true
  /** The number that the ruleset has as long as nobody but us writes. */
  #generation = 0

  constructor(nftables: Nftables, wanted: WantedEgress) {
    this.#nftables = nftables
    this.#wanted = wanted
  }

  get elements(): number {
    return this.#tracker.elements
  }

  adopt(): Iterable<string> {
    this.#isFresh = true
    return this.#wanted.keys()
  }

  read(): readonly Edit<string>[] {
    const generation = this.#nftables.generation()
    if (generation === this.#generation) return []
    if (!this.#isIntact())
      return [{ found: ['the rules by which pods leave with the node’s address are not as they were'] }]
    this.#generation = generation
    return []
  }

  write(keys: readonly string[], told: Told<string>): void {
    if (this.#isFresh) this.#replace(keys, told)
    else this.#change(keys, told)
  }

  close(): void {
    this.#nftables.close()
  }

  #replace(keys: readonly string[], told: Told<string>): void {
    this.#tracker.reset()
    const changes = this.#changesOf(keys)
    const { add } = this.#tracker.diff(changes)
    this.#nftables.run(`${renderFresh({ ruleset: EGRESS_RULESET })}${renderElements('add', add, EGRESS_RULESET)}`)
    this.#tracker.commit(changes)
    sealTables({ nftables: this.#nftables, ruleset: EGRESS_RULESET })
    this.#generation = this.#nftables.generation()
    this.#isFresh = false
    told.written(keys)
  }

  #change(keys: readonly string[], told: Told<string>): void {
    try {
      this.#transact(keys)
      told.written(keys)
    } catch (error) {
      if (isAnswerLost(error)) throw error
      const [only] = keys
      if (only !== undefined && keys.length === 1) told.refused(only, error as Error)
      else for (const key of keys) this.#change([key], told)
    }
  }

  #transact(keys: readonly string[]): void {
    const changes = this.#changesOf(keys)
    const { remove, add } = this.#tracker.diff(changes)
    const encoded = encodeElements(remove, add, EGRESS_RULESET) ?? []
    if (encoded.length > 0) {
      this.#nftables.apply(encoded)
      this.#generation++
    }
    this.#tracker.commit(changes)
  }

  #changesOf(keys: readonly string[]): ReadonlyMap<string, CompiledService> {
    return new Map(keys.map((key) => [key, { elements: elementsOf(this.#wanted.of(key)), kinds: [] }]))
  }

  /** Throws where it cannot be read. */
  #isIntact(): boolean {
    const tables = { nftables: this.#nftables, ruleset: EGRESS_RULESET }
    try {
      const areRulesOurs = TABLE_FAMILIES.every((family) => {
        const { areOurs, lengths } = readRules(tables, family)
        return areOurs && lengths.size === EGRESS_RULESET.chains.length
      })
      if (!areRulesOurs) return false
      const held = new Map(
        [...this.#wanted.keys()]
          .flatMap((key) => this.#tracker.held(key))
          .map((one) => [this.#packing.pack([one]), one]),
      )
      return haveElements(tables, EGRESS_RULESET.sets.ownedBy('node'), [...held.values()])
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }
}

/** Takes the table away, where it is there. Throws KernelError. */
export const removeEgress = (nftables: Nftables): void => nftables.run(renderDelete(EGRESS_RULESET))
