import type { CompiledService } from '#dataplane/nftables/compile.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import { renderElements, renderKinds } from '#dataplane/nftables/render.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { DeltaTracker } from './delta-tracker.ts'
import { hasTable, renderFreshTables } from './ownership.ts'

/** Services that one transaction carries at most: about 30 ms of kernel time, and within a user namespace's netlink buffer. */
const CHUNK = 1000

export interface Refused {
  readonly service: string
  readonly error: Error
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
  #fresh = true

  constructor(nftables: Nftables, node: NodeFacts) {
    this.#nftables = nftables
    this.#node = node
  }

  get elements(): number {
    return this.#tracker.elements
  }

  /** From now on nothing is taken for known: the next run() puts fresh tables in the place of those that are there. */
  forget(): void {
    this.#fresh = true
  }

  /** Brings the kernel to `changes`; gives the Services that it refused, which stay as they were. Throws where the tables themselves cannot be made. */
  run(changes: ReadonlyMap<string, CompiledService>): readonly Refused[] {
    const refused: Refused[] = []
    const entries = [...changes]
    // Over an old table all goes in one transaction, lest Services that still wait for their chunk are cut off meanwhile.
    let size = CHUNK
    if (this.#fresh && hasTable(this.#nftables)) size = Math.max(entries.length, 1)
    if (this.#fresh) this.#start(entries.splice(0, size), refused)
    for (let at = 0; at < entries.length; at += size) this.#write(entries.slice(at, at + size), refused)
    if (refused.length < 2) return refused
    // One that takes over an address from another is refused if it comes first.
    const again = refused.splice(0)
    for (const { service } of again) this.#write([[service, changes.get(service) as CompiledService]], refused)
    return refused
  }

  /** The tables and the first chunk in one transaction; if that is refused, the tables alone, which makes the chunk's culprit findable. */
  #start(first: readonly (readonly [string, CompiledService])[], refused: Refused[]): void {
    this.#tracker.reset()
    this.#chains = new Set()
    const tables = renderFreshTables(this.#node)
    try {
      this.#transact(new Map(first), tables)
      this.#fresh = false
    } catch {
      this.#chains = new Set()
      this.#nftables.run(tables)
      this.#fresh = false
      this.#write(first, refused)
    }
  }

  #write(entries: readonly (readonly [string, CompiledService])[], refused: Refused[]): void {
    if (entries.length === 0) return
    try {
      this.#transact(new Map(entries), '')
    } catch (error) {
      const [only] = entries
      if (entries.length === 1 && only !== undefined) {
        refused.push({ service: only[0], error: error as Error })
        return
      }
      const half = entries.length >> 1
      this.#write(entries.slice(0, half), refused)
      this.#write(entries.slice(half), refused)
    }
  }

  #transact(changes: ReadonlyMap<string, CompiledService>, prefix: string): void {
    const { remove, add, kinds } = this.#tracker.diff(changes)
    const encoded =
      prefix === '' && kinds.length === 0 && this.#nftables.apply ? encodeElements(remove, add) : undefined
    if (encoded !== undefined) {
      if (encoded.length > 0) this.#nftables.apply?.(encoded)
    } else {
      const chains = new Set(this.#chains)
      const text = `${prefix}${renderKinds(kinds, chains)}${renderElements('delete', remove)}${renderElements('add', add)}`
      if (text !== '') this.#nftables.run(text)
      this.#chains = chains
    }
    this.#tracker.commit(changes)
  }
}
