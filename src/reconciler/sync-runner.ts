import type { CompiledService } from '#dataplane/nftables/compile.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import type { Ids } from '#dataplane/nftables/ids.ts'
import { renderElements, renderKinds } from '#dataplane/nftables/render.ts'
import { kindChains } from '#dataplane/nftables/ruleset.ts'
import type { ServiceForwarding } from '#forwarding/forward-service.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { adoptTables } from './adoption.ts'
import { DeltaTracker } from './delta-tracker.ts'
import { readTables } from './found-tables.ts'
import { hasTable, renderFreshTables } from './ownership.ts'

/**
 * A transaction takes Services until they make so many elements: about 2 ms of kernel time and 50 KiB of message, well within what a socket may send in a user namespace. Larger ones are no faster,
 * and what they carry grows old before it is collected.
 */
const CHUNK_ELEMENTS = 500

export interface Refused {
  readonly service: string
  readonly error: Error
}

/** The kernel may have done what it was asked. */
export const isAnswerLost = (error: unknown): boolean =>
  error instanceof KernelError && error.code === 'NFT_ANSWER_LOST'

/** How the caller makes what is written. */
export interface SyncSource {
  /** What a Service shall have; undefined where that cannot be said, and the Service stays as it is. Asked chunk by chunk, so that what is written can be forgotten. */
  compile(service: string): CompiledService | undefined
  /** The kernel has these now. */
  written(services: readonly string[]): void
}

/**
 * Writes what Services shall have to one kernel, a chunk a transaction. Where the kernel refuses one, halves it until the Service stands alone that it
 * refuses: the others are written. Synchronous; it keeps no timers.
 */
export class SyncRunner {
  readonly #nftables: Nftables
  readonly #node: NodeFacts
  readonly #tracker = new DeltaTracker()
  #chains = new Set<string>()
  /** What the kernel holds: not looked at yet, no table of ours or one that we have read, one of other rules. */
  #start: 'unknown' | 'known' | 'foreign' = 'unknown'

  constructor(nftables: Nftables, node: NodeFacts) {
    this.#nftables = nftables
    this.#node = node
  }

  get elements(): number {
    return this.#tracker.elements
  }

  /** From now on nothing is taken for known: the next begin() reads the tables that are there. */
  forget(): void {
    this.#start = 'unknown'
  }

  /**
   * Before run(): looks at the kernel, if that is to be done; then all Services must be given to run(). Tables of our own rules are adopted: with the Services goes what is left over, by
   * the names that this gives. Undefined: the kernel was known. Throws where it cannot be read or tables cannot be made.
   */
  begin(forwardings: () => Iterable<ServiceForwarding>, ids: Ids, now: number): readonly string[] | undefined {
    if (this.#start === 'known') return undefined
    this.#tracker.reset()
    this.#chains = new Set()
    const found = readTables(this.#nftables, this.#node)
    if (found !== undefined) {
      const leftovers = adoptTables(found, forwardings(), ids, this.#tracker, now)
      for (const { family, kind } of found.kinds)
        for (const { name } of kindChains(kind)) this.#chains.add(`${family} ${name}`)
      this.#start = 'known'
      return leftovers
    }
    if (hasTable(this.#nftables)) {
      this.#start = 'foreign'
      return []
    }
    this.#nftables.run(renderFreshTables(this.#node))
    this.#start = 'known'
    return []
  }

  /**
   * Brings the kernel to what `source` makes; gives the Services that it refused, which stay as they were. Throws where the tables themselves cannot be made, and where an answer got lost:
   * then nothing is known any more.
   */
  run(services: readonly string[], source: SyncSource): readonly Refused[] {
    const refused: Refused[] = []
    if (this.#start === 'foreign') {
      // Other rules, full of Services: all goes in one transaction, lest Services that still wait for their chunk are cut off meanwhile.
      this.#replace(services, source, refused)
    } else {
      this.#inChunks(services, source, refused)
    }
    if (refused.length < 2) return refused
    // One that takes over an address from another is refused if it comes first.
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
    const tables = renderFreshTables(this.#node)
    try {
      this.#transactText(changes, tables)
      this.#start = 'known'
      source.written([...changes.keys()])
    } catch (error) {
      this.#forgetIfLost(error)
      this.#nftables.run(tables)
      this.#chains = new Set()
      this.#start = 'known'
      this.#inChunks(services, source, refused)
    }
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
        refused.push({ service: only[0], error: error as Error })
        return
      }
      const half = entries.length >> 1
      this.#write(entries.slice(0, half), source, refused)
      this.#write(entries.slice(half), source, refused)
    }
  }

  /** What the kernel did is not known: to go on would be to guess. */
  #forgetIfLost(error: unknown): void {
    if (!isAnswerLost(error)) return
    this.forget()
    throw error
  }

  #transact(changes: ReadonlyMap<string, CompiledService>): void {
    const { remove, add, kinds } = this.#tracker.diff(changes)
    const encoded = encodeElements(remove, add)
    if (encoded === undefined) {
      this.#transactText(changes, '')
      return
    }
    // Chains and verdicts that no element leads to yet change nothing: they may come in a transaction of their own.
    if (kinds.length > 0) {
      this.#runKinds('', kinds, '')
      for (const kind of kinds) this.#tracker.adoptKind(kind)
    }
    if (encoded.length > 0) this.#nftables.apply(encoded)
    this.#tracker.commit(changes)
  }

  #transactText(changes: ReadonlyMap<string, CompiledService>, prefix: string): void {
    const { remove, add, kinds } = this.#tracker.diff(changes)
    this.#runKinds(prefix, kinds, `${renderElements('delete', remove)}${renderElements('add', add)}`)
    this.#tracker.commit(changes)
  }

  #runKinds(prefix: string, kinds: Parameters<typeof renderKinds>[0], elements: string): void {
    const chains = new Set(this.#chains)
    const text = `${prefix}${renderKinds(kinds, chains)}${elements}`
    if (text !== '') this.#nftables.run(text)
    this.#chains = chains
  }
}
