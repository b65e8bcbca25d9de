import { BalancerNumbers, compileBalancer, compileRanges } from '#dataplane/balancer/compile.ts'
import { balancerRuleset } from '#dataplane/balancer/ruleset.ts'
import type { UsedKind } from '#dataplane/nftables/compile.ts'
import {
  elementKey,
  renderBase,
  renderDelete,
  renderElements,
  renderFlush,
  renderKinds,
} from '#dataplane/nftables/render.ts'
import { type Element, TABLE, TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import type { BalancedFrontend, BalancedNodes } from '#forwarding/load-balancer.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { isMissing } from '../tables/found-tables.ts'
import { hashOf } from '../tables/hash.ts'
import { haveElements } from '../tables/read-set.ts'

interface BalancedCluster {
  readonly serviceCidrs: readonly string[]
  readonly loadBalancerCidrs: readonly string[]
  /** By a node's name, what a packet to it is marked with, from 1. */
  readonly marks: ReadonlyMap<string, number>
}

const nameOf = (element: Element): string => `${element.family} ${element.set} ${elementKey(element)}`

/**
 * The load balancer's rules in the fabric's kernel. What an earlier life of ours left is taken over: in one transaction
 * its elements make room for ours, and pins stay, as connections do, which the kernel's own table tells of. Other rules
 * take the place of rules, and then pins are forgotten.
 */
export class BalancerWriter {
  readonly #nftables: Nftables
  readonly #marks: ReadonlyMap<string, number>
  readonly #ruleset: Ruleset
  /** The cluster's ranges, as elements of their sets. */
  readonly #ranges: readonly Element[]
  readonly #base: string
  readonly #stamp: number
  readonly #numbers = new BalancerNumbers()
  /** What the kernel has acknowledged; undefined: that is not known. */
  #applied: ReadonlyMap<string, Element> | undefined
  #kinds = new Set<string>()
  #chains = new Set<string>()
  /** The number that the ruleset has as long as nobody but us writes. */
  #generation = 0
  /** A hash of all rules as the kernel has had them since we last wrote some. */
  #rules = 0

  constructor(nftables: Nftables, { serviceCidrs, loadBalancerCidrs, marks }: BalancedCluster) {
    this.#nftables = nftables
    this.#marks = marks
    this.#ruleset = balancerRuleset(Math.max(0, ...marks.values()))
    this.#ranges = compileRanges(serviceCidrs, loadBalancerCidrs)
    this.#base = renderBase(this.#ruleset) + renderElements('add', this.#ranges, this.#ruleset)
    this.#stamp = hashOf(this.#base)
  }

  /** Brings the kernel to this, by the difference. Throws KernelError; then nothing has changed, or is known. */
  apply(frontends: readonly BalancedFrontend[], nodes: Pick<BalancedNodes, 'present'>): void {
    const { elements, kinds } = compileBalancer(frontends, nodes, this.#marks, this.#numbers)
    try {
      if (this.#applied === undefined) this.#begin(elements, kinds)
      else this.#change(this.#applied, elements, kinds)
      this.#applied = new Map(elements.map((element) => [nameOf(element), element]))
    } catch (error) {
      if (error instanceof KernelError && error.code === 'NFT_ANSWER_LOST') this.#applied = undefined
      throw error
    }
  }

  /**
   * Looks whether somebody has edited our tables, at length only where somebody has written something. False: apply()
   * will write everything. Throws where they cannot be read.
   */
  audit(): boolean {
    if (this.#applied === undefined) return false
    const generation = this.#nftables.generation()
    if (generation === this.#generation) return true
    if (this.#isIntact([...this.#applied.values()])) {
      this.#generation = generation
      return true
    }
    this.#applied = undefined
    return false
  }

  close(): void {
    this.#nftables.close()
  }

  #begin(elements: readonly Element[], kinds: readonly UsedKind[]): void {
    this.#chains = new Set()
    this.#kinds = new Set()
    if (this.#isOurs()) {
      this.#write(this.#emptied(), [], elements, kinds)
    } else {
      this.#write(`${renderDelete()}${this.#base}${this.#stamped(this.#stamp)}`, [], elements, kinds)
      this.#nftables.run(this.#stamped(this.#sealNow()))
    }
    this.#generation = this.#nftables.generation()
    this.#rules = this.#rulesNow()
  }

  #stamped(word: number): string {
    const stamps = TABLE_FAMILIES.map((family): Element => ({ family, set: 'stamp', key: [word] }))
    return renderElements('add', stamps, this.#ruleset)
  }

  #change(applied: ReadonlyMap<string, Element>, elements: readonly Element[], kinds: readonly UsedKind[]): void {
    const wanted = new Map(elements.map((element) => [nameOf(element), element]))
    const differs = (one: Element, other: Element | undefined) => other?.data?.join() !== one.data?.join()
    const isGone = (name: string, element: Element) => !wanted.has(name) || differs(element, wanted.get(name))
    const remove = [...applied].filter(([name, element]) => isGone(name, element)).map(([, element]) => element)
    const add = elements.filter((element) => {
      const known = applied.get(nameOf(element))
      return known === undefined || differs(element, known)
    })
    if (remove.length + add.length === 0) return
    const known = this.#kinds.size
    this.#write('', remove, add, kinds)
    this.#generation++
    if (this.#kinds.size === known) return
    // Where they cannot be read it is not known what there is.
    this.#applied = undefined
    this.#rules = this.#rulesNow()
  }

  #write(before: string, remove: readonly Element[], add: readonly Element[], kinds: readonly UsedKind[]): void {
    const chains = new Set(this.#chains)
    const fresh = kinds.filter(({ family, number }) => !this.#kinds.has(`${family} ${number}`))
    const text =
      renderKinds(fresh, chains, this.#ruleset) +
      renderElements('delete', remove, this.#ruleset) +
      renderElements('add', add, this.#ruleset)
    this.#nftables.run(before + text)
    this.#chains = chains
    for (const { family, number } of fresh) this.#kinds.add(`${family} ${number}`)
  }

  /** Commands that take away all elements but pins, and all chains of kinds, and put the ranges back. */
  #emptied(): string {
    const constant = new Set(this.#ruleset.chains.map(({ name }) => name))
    const chains = new Set<string>()
    for (const family of TABLE_FAMILIES)
      this.#nftables.rules(family, TABLE, (chain) => {
        if (!constant.has(chain)) chains.add(`${family} ${TABLE} ${chain}\n`)
      })
    return [
      renderFlush(this.#ruleset.sets.ownedBy('services', 'kinds', 'node')),
      renderElements('add', this.#ranges, this.#ruleset),
      ...[...chains].map((chain) => `flush chain ${chain}`),
      ...[...chains].map((chain) => `delete chain ${chain}`),
    ].join('')
  }

  /** Whether the tables are as we left them, but for pins. */
  #isIntact(elements: readonly Element[]): boolean {
    const tables = { nftables: this.#nftables, ruleset: this.#ruleset }
    try {
      const sets = this.#ruleset.sets.ownedBy('services', 'node')
      return this.#rulesNow() === this.#rules && haveElements(tables, sets, [...elements, ...this.#ranges])
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  }

  /** All rules, what leads to those of kinds, and all by which packets come: a hash of what the kernel has. */
  #rulesNow(): number {
    const lines: string[] = []
    for (const family of TABLE_FAMILIES) {
      const chains = new Map<string, number>()
      this.#nftables.rules(family, TABLE, (chain, expressions) => {
        chains.set(chain, hashOf(expressions, chains.get(chain)))
      })
      for (const [chain, hash] of chains) lines.push(`${family} ${chain} ${hash}`)
      this.#nftables.dump(family, TABLE, 'kinds', ({ key, verdict }) => {
        lines.push(`${family} ${key.join('.')} ${verdict?.code} ${verdict?.chain}`)
      })
    }
    return hashOf(lines.sort().join('\n'), this.#sealNow())
  }

  /** A hash of the constant rules, and of all by which packets come, as the kernel has them. */
  #sealNow(): number {
    const constant = new Set(this.#ruleset.chains.map(({ name }) => name))
    let seal: number | undefined
    const add = (chain: string, bytes: Uint8Array): void => {
      seal = hashOf(bytes, hashOf(chain, seal))
    }
    for (const family of TABLE_FAMILIES) {
      this.#nftables.rules(family, TABLE, (chain, expressions) => {
        if (constant.has(chain)) add(chain, expressions)
      })
      this.#nftables.hooks(family, TABLE, (chain = '', settings) => add(chain, settings))
    }
    return seal ?? 0
  }

  /** Whether the tables that are there have our rules, as they were when they were written. */
  #isOurs(): boolean {
    const seal = this.#sealNow()
    return TABLE_FAMILIES.every((family) => {
      const words = new Set<number>()
      try {
        this.#nftables.dump(family, TABLE, 'stamp', ({ key }) => {
          words.add(new Uint32Array(key.slice().buffer)[0] as number)
        })
      } catch (error) {
        if (!(error instanceof KernelError && error.errnoName === 'ENOENT')) throw error
      }
      return words.has(this.#stamp) && words.has(seal)
    })
  }
}
