import { foldName } from '#names/dns-name.ts'
import type { Asked } from './upstream-query.ts'
import type { UpstreamReply } from './upstream-reply.ts'

/** What an entry costs beside its octets: numbers of its records, its key, its place. */
const ENTRY_OVERHEAD = 400
/** One answer does not push out all others. */
const LARGEST_SHARE = 16

export interface CacheOptions {
  /** Octets of all entries together. */
  readonly bytes: number
  /** Seconds: nothing is fresh for longer. 0: nothing is kept. */
  readonly maxTtl: number
  readonly maxDenialTtl: number
  /** Seconds that an entry is kept behind its time, for when no upstream answers (RFC 8767). 0: not at all. */
  readonly staleSeconds: number
}

export interface CacheEntry {
  readonly reply: UpstreamReply
  /** Milliseconds since the epoch. */
  readonly storedAt: number
  /** Seconds: how long it is fresh. */
  readonly ttl: number
  /** How often it was given from here. */
  hits: number
  readonly size: number
}

/** Two questions with one key have one answer. */
export const cacheKey = ({ question, recursionDesired, checkingDisabled, dnssecOk, authenticData }: Asked): string => {
  const bits = +recursionDesired | (+checkingDisabled << 1) | (+dnssecOk << 2) | (+authenticData << 3)
  return `${bits} ${question.class} ${question.type} ${foldName(question.name)}`
}

/** Whole seconds since an entry came. A clock that went back makes nothing younger than new. */
export const ageOf = ({ storedAt }: CacheEntry, now: number): number => Math.max(0, Math.floor((now - storedAt) / 1000))

/** Answers of upstreams, by their question. The one that was not asked for the longest makes room. */
export class ForwardCache {
  readonly #options: CacheOptions
  readonly #entries = new Map<string, CacheEntry>()
  readonly counts = { success: 0, denial: 0 }
  #bytes = 0

  constructor(options: CacheOptions) {
    this.#options = options
  }

  /** Entries that had to go while they were fresh, or stale ones that were still kept. */
  evictions = 0

  get(key: string): CacheEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  /** Keeps the reply as long as it may be, in place of what there was; not at all where that is no time. */
  keep(key: string, reply: UpstreamReply, now: number): void {
    const { bytes, maxTtl, maxDenialTtl } = this.#options
    if (reply.kind === 'failure') return
    const ttl = Math.min(reply.ttl, reply.kind === 'denial' ? maxDenialTtl : maxTtl)
    const size = reply.bytes.length + 2 * key.length + 16 * reply.ends.length + ENTRY_OVERHEAD
    if (ttl <= 0 || size > bytes / LARGEST_SHARE) return
    this.#forget(key)
    this.#entries.set(key, { reply, storedAt: now, ttl, hits: 0, size })
    this.counts[reply.kind]++
    this.#bytes += size
    for (const [oldest] of this.#entries) {
      if (this.#bytes <= bytes) break
      this.#forget(oldest)
      this.evictions++
    }
  }

  isFresh(entry: CacheEntry, now: number): boolean {
    return now < entry.storedAt + entry.ttl * 1000
  }

  /** Whether it may stand in where no upstream answers. */
  isUsable(entry: CacheEntry, now: number): boolean {
    return now < entry.storedAt + (entry.ttl + this.#options.staleSeconds) * 1000
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.size
    if (entry.reply.kind !== 'failure') this.counts[entry.reply.kind]--
  }
}
