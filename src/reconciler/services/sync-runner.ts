import type { CompiledService } from '#dataplane/nftables/compile.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import type { Ids } from '#dataplane/nftables/ids.ts'
import { renderElements, renderKinds } from '#dataplane/nftables/render.ts'
import type { TableFamily } from '#dataplane/nftables/rule.ts'
import type { Ruleset } from '#dataplane/nftables/ruleset/ruleset.ts'
import type { ServiceForwarding } from '#forwarding/forward-service.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { DeltaTracker } from '../tables/delta-tracker.ts'
import { readTables } from '../tables/found-tables.ts'
import { holdsNodeSets, renderNodeSets } from '../tables/node-sets.ts'
import { type NodeTables, nodeTables } from '../tables/node-tables.ts'
import { hasOtherProxy } from '../tables/other-proxy.ts'
import { renderFreshTables, sealChains, sealTables } from '../tables/ownership.ts'
import { type Pin, renderPins } from '../tables/pins.ts'
import { areIntact } from '../tables/table-audit.ts'
import { isAnswerLost } from '../target/answer-lost.ts'
import { type Adopted, adoptPins, adoptTables } from './adoption.ts'
import { serviceSteps } from './service-steps.ts'

/**
 * A transaction takes Services until they make so many elements: about 2 ms of kernel time and 50 KiB of message, well
 * within what a socket may send in a user namespace. Larger ones are no faster, and what they carry grows old before it
 * is collected.
 */
const CHUNK_ELEMENTS = 500

const NOTHING: Adopted = { leftovers: [], udp: new Map() }

interface Refused {
  readonly service: string
  readonly error: Error
}

/** In a user namespace a socket sends some hundred KiB at once: thousands of elements, and a Service may have more. */
const isTooLong = (error: unknown): boolean => error instanceof KernelError && error.errnoName === 'EMSGSIZE'

const isEmpty = (list: Iterable<unknown>): boolean => list[Symbol.iterator]().next().done === true

/** How the caller makes what is written. */
interface SyncSource {
  /**
   * What a Service shall have; undefined where that cannot be said, and the Service stays as it is. Asked chunk by
   * chunk, so that what is written can be forgotten.
   */
  compile(service: string): CompiledService | undefined
  /** The kernel has these now. */
  written(services: readonly string[]): void
}

/**
 * Writes what Services shall have to one kernel, a chunk a transaction. Where the kernel refuses one, halves it until
 * the Service stands alone that it refuses: the others are written. Synchronous; it keeps no timers.
 */
export class SyncRunner {
  readonly #tables: NodeTables
  readonly #tracker: DeltaTracker
  #chains = new Set<string>()
  /** Of those: made, and not sealed yet, as the kernel refused that. */
  readonly #unsealed = new Set<string>()
  /** What the kernel holds: not looked at yet, no table of ours or one that we have read, one of other rules. */
  #start: 'unknown' | 'known' | 'foreign' = 'unknown'
  /** The number that the ruleset has as long as nobody but us writes. */
  #generation = 0
  /** Of tables of other rules, for those that come in their place. */
  #pins: readonly Pin[] = []

  constructor(nftables: Nftables, node: NodeFacts, ruleset?: Ruleset) {
    this.#tables = nodeTables(nftables, node, ruleset)
    this.#tracker = new DeltaTracker(this.#tables.packing)
  }

  get elements(): number {
    return this.#tracker.elements
  }

  /**
   * Before the first run(), and whenever what is known may be wrong: looks at the kernel. Then all Services must be given
   * to run(), and with them what is left over. Tables of our own rules are adopted. Throws where it cannot be read or
   * tables cannot be made.
   */
  adopt(forwardings: () => Iterable<ServiceForwarding>, ids: Ids, now: number): Adopted {
    this.#start = 'unknown'
    this.#tracker.reset()
    this.#forgetChains()
    this.#generation = this.#tables.nftables.generation()
    const found = readTables(this.#tables)
    switch (found.kind) {
      case 'ours': {
        const adopted = adoptTables(found.tables, forwardings(), ids, this.#tracker, now)
        for (const { family, kind } of found.tables.kinds)
          for (const { name } of this.#tables.ruleset.kindChains(kind)) this.#chains.add(`${family} ${name}`)
        if (!holdsNodeSets(this.#tables)) this.#run(renderNodeSets(this.#tables))
        this.#start = 'known'
        return adopted
      }
      case 'others': {
        const { pins, ...adopted } =
          found.pinning === undefined ? { ...NOTHING, pins: [] } : adoptPins(found.pinning, forwardings(), ids)
        this.#pins = pins
        this.#start = 'foreign'
        return adopted
      }
      case 'none':
        // Where another proxy serves, rules without Services would refuse what it serves, until the last of its chunks.
        if (hasOtherProxy(this.#tables.nftables) && !isEmpty(forwardings())) this.#start = 'foreign'
        else this.#makeTables()
        return NOTHING
    }
  }

  /**
   * Looks whether somebody has edited our tables, at length only where somebody has written something. True: all is
   * well. Throws where they cannot be read.
   */
  audit(): boolean {
    if (this.#start !== 'known') return false
    const generation = this.#tables.nftables.generation()
    if (generation === this.#generation) return true
    if (!areIntact(this.#tables, this.#tracker)) return false
    this.#generation = generation
    return true
  }

  /**
   * Brings the kernel to what `source` makes; gives the Services that it refused, which stay as they were. Throws where
   * the tables themselves cannot be made, and where an answer got lost: then nothing is known any more.
   */
  run(services: readonly string[], source: SyncSource): readonly Refused[] {
    const refused: Refused[] = []
    if (this.#start === 'foreign') {
      // Other rules, full of Services: all goes in one transaction, lest Services that still wait for their chunk are
      // cut off meanwhile.
      this.#replace(services, source, refused)
    } else {
      this.#inChunks(services, source, refused)
    }
    // One that takes over an address from another is refused if it comes first, where their ranges of sources overlap.
    // Where nothing was written, nothing has changed.
    if (refused.length === services.length) return refused
    const again = refused.splice(0)
    for (const { service } of again) this.#inChunks([service], source, refused)
    return refused
  }

  #inChunks(services: readonly string[], source: SyncSource, refused: Refused[]): void {
    let chunk: (readonly [string, CompiledService])[] = []
    let elements = 0
    for (const service of services) {
      const compiled = source.compile(service)
      if (compiled === undefined) continue
      chunk.push([service, compiled])
      elements += compiled.elements.length
      if (elements < CHUNK_ELEMENTS) continue
      this.#write(chunk, source, refused)
      chunk = []
      elements = 0
    }
    this.#write(chunk, source, refused)
  }

  /** If that is refused, the tables alone, which makes the culprit findable. */
  #replace(services: readonly string[], source: SyncSource, refused: Refused[]): void {
    const changes = new Map<string, CompiledService>()
    for (const service of services) {
      const compiled = source.compile(service)
      if (compiled !== undefined) changes.set(service, compiled)
    }
    try {
      this.#transactText(changes, renderFreshTables(this.#tables), renderPins(this.#pins))
      this.#seal()
      source.written([...changes.keys()])
    } catch (error) {
      this.#forgetIfLost(error)
      this.#makeTables()
      this.#inChunks(services, source, refused)
      for (let at = 0; at < this.#pins.length; at += CHUNK_ELEMENTS)
        this.#run(renderPins(this.#pins.slice(at, at + CHUNK_ELEMENTS)))
    } finally {
      this.#pins = []
    }
  }

  /** Tables without Services. */
  #makeTables(): void {
    this.#tracker.reset()
    this.#forgetChains()
    this.#run(renderFreshTables(this.#tables))
    this.#seal()
  }

  #seal(): void {
    sealTables(this.#tables)
    this.#generation++
    this.#start = 'known'
  }

  #write(entries: readonly (readonly [string, CompiledService])[], source: SyncSource, refused: Refused[]): void {
    if (entries.length === 0) return
    const changes = new Map(entries)
    try {
      this.#transact(changes)
      source.written([...changes.keys()])
    } catch (error) {
      this.#forgetIfLost(error)
      const [only] = entries
      if (entries.length === 1 && only !== undefined) {
        if (isTooLong(error)) this.#writeInSteps(only, source, refused)
        else refused.push({ service: only[0], error: error as Error })
        return
      }
      const half = entries.length >> 1
      this.#write(entries.slice(0, half), source, refused)
      this.#write(entries.slice(half), source, refused)
    }
  }

  #writeInSteps([service, wanted]: readonly [string, CompiledService], source: SyncSource, refused: Refused[]): void {
    try {
      for (const state of serviceSteps(this.#tracker.held(service), wanted, CHUNK_ELEMENTS, this.#tables.ruleset))
        this.#transact(new Map([[service, state]]))
      source.written([service])
    } catch (error) {
      this.#forgetIfLost(error)
      refused.push({ service, error: error as Error })
    }
  }

  /** What the kernel did is not known: to go on would be to guess. */
  #forgetIfLost(error: unknown): void {
    if (!isAnswerLost(error)) return
    this.#start = 'unknown'
    throw error
  }

  #transact(changes: ReadonlyMap<string, CompiledService>): void {
    const { remove, add, kinds } = this.#tracker.diff(changes)
    // Chains and verdicts that no element leads to yet change nothing: they may come in a transaction of their own.
    if (kinds.length > 0) this.#runKinds('', kinds, '')
    this.#sealChains()
    const encoded = encodeElements(remove, add, this.#tables.ruleset)
    if (encoded === undefined) {
      this.#transactText(changes, '', '')
      return
    }
    if (encoded.length > 0) {
      this.#tables.nftables.apply(encoded)
      this.#generation++
    }
    this.#tracker.commit(changes)
  }

  #transactText(changes: ReadonlyMap<string, CompiledService>, before: string, after: string): void {
    const { remove, add, kinds } = this.#tracker.diff(changes)
    const { ruleset } = this.#tables
    const elements = renderElements('delete', remove, ruleset) + renderElements('add', add, ruleset)
    this.#runKinds(before, kinds, `${elements}${after}`)
    this.#tracker.commit(changes)
    this.#sealChains()
  }

  /** What the kernel has then is noted at once: written twice it would change nothing, and not be counted there. */
  #runKinds(before: string, kinds: Parameters<typeof renderKinds>[0], after: string): void {
    const chains = new Set(this.#chains)
    this.#run(`${before}${renderKinds(kinds, chains, this.#tables.ruleset)}${after}`)
    for (const kind of kinds) this.#tracker.adoptKind(kind)
    for (const name of chains) if (!this.#chains.has(name)) this.#unsealed.add(name)
    this.#chains = chains
  }

  #sealChains(): void {
    if (this.#unsealed.size === 0) return
    sealChains(
      this.#tables,
      [...this.#unsealed].map((name) => {
        const [family, chain] = name.split(' ') as [TableFamily, string]
        return { family, chain }
      }),
    )
    this.#generation++
    this.#unsealed.clear()
  }

  #forgetChains(): void {
    this.#chains = new Set()
    this.#unsealed.clear()
  }

  #run(text: string): void {
    if (text === '') return
    this.#tables.nftables.run(text)
    this.#generation++
  }
}
