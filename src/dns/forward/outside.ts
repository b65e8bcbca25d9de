import type { Clock } from '#clock/clock.ts'
import { foldName, labelsBelow } from '#names/dns-name.ts'
import type { ResourceRecord } from '#names/record.ts'
import { decodeRecords } from '../decode.ts'
import type { DnsCounts } from '../dns-counts.ts'
import type { Query } from '../message.ts'
import { clientReply } from './client-reply.ts'
import type { Exchange } from './exchange.ts'
import { ageOf, type CacheEntry, type CacheOptions, cacheKey, ForwardCache } from './forward-cache.ts'
import { Forwarder } from './forwarder.ts'
import { parseUpstream, upstreamText } from './upstream-address.ts'
import { type Asked, askedBy } from './upstream-query.ts'
import type { UpstreamReply } from './upstream-reply.ts'
import type { UpstreamPolicy } from './upstream-servers.ts'

/** Where names outside the cluster are asked, as plain data: a thread is born with it. */
export interface OutsideSettings {
  /** `192.0.2.1`, `[2001:db8::1]:5353`: for all that no stub domain holds. */
  readonly servers: readonly string[]
  /** Domain → who is asked for it, and for all below. */
  readonly stubDomains?: Readonly<Record<string, readonly string[]>>
  /** `random` where left out, as CoreDNS's. */
  readonly policy?: UpstreamPolicy
  readonly cache?: Partial<CacheOptions>
  /** An entry asked for this often is asked again before it ends; 0, where left out: none is. */
  readonly prefetchHits?: number
  /** Questions under way at a time: kubeadm's CoreDNS has 1000 too. */
  readonly maxConcurrent?: number
  readonly timeoutMs?: number
}

interface OutsideOptions {
  readonly clock: Clock
  /** For ids and letters: it must not be guessed from what was sent. Gives [0, 1). */
  readonly random: () => number
  readonly counts: DnsCounts
  readonly udp?: Exchange
  readonly tcp?: Exchange
}

/** CoreDNS's `cache 30`. */
const CACHE: CacheOptions = { bytes: 8 << 20, maxTtl: 30, maxDenialTtl: 30, staleSeconds: 0 }
/** How long a client waits for an upstream where there is a stale answer, milliseconds; how long that is good for, seconds (RFC 8767 section 5). */
const STALE_AFTER_MS = 1_800
const STALE_TTL = 30
/** The last part of its time, in which an entry that is asked for is asked again. */
const PREFETCH_PART = 0.1

interface Given {
  readonly reply: UpstreamReply
  readonly age: number
  readonly mostTtl: number
}

interface Route {
  /** Folded, without the last dot; '' is everything. */
  readonly domain: string
  readonly forwarder: Forwarder
}

const domainOf = (text: string): string => foldName(text.replace(/\.$/, ''))

/** The servers of `settings`, in the order of their numbers in DnsCounts: the domain that each is asked for, and which. */
export const upstreamSlots = ({ servers, stubDomains = {} }: OutsideSettings) =>
  [['.', servers] as const, ...Object.entries(stubDomains)].flatMap(([domain, texts]) =>
    texts.flatMap((text) => {
      const server = parseUpstream(text)
      return server === undefined ? [] : [{ domain, server: upstreamText(server) }]
    }),
  )

/** Answers for what is not the cluster's, from what was heard before or from nameservers. One question is asked once at a time. */
export class Outside {
  readonly #settings: OutsideSettings
  readonly #options: OutsideOptions
  readonly #cacheOptions: CacheOptions
  readonly #cache: ForwardCache
  /** The longest domain first. */
  readonly #stubs: readonly Route[]
  readonly #default: Forwarder
  readonly #underWay = new Map<string, Promise<UpstreamReply>>()

  constructor(settings: OutsideSettings, options: OutsideOptions) {
    this.#settings = settings
    this.#options = options
    this.#cacheOptions = { ...CACHE, ...settings.cache }
    this.#cache = new ForwardCache(this.#cacheOptions)
    let firstSlot = 0
    const forwarder = (texts: readonly string[]): Forwarder => {
      const servers = texts.flatMap((text) => parseUpstream(text) ?? [])
      const made = new Forwarder({
        ...options,
        servers,
        firstSlot,
        policy: settings.policy ?? 'random',
        ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs }),
      })
      firstSlot += servers.length
      return made
    }
    this.#default = forwarder(settings.servers)
    this.#stubs = Object.entries(settings.stubDomains ?? {})
      .map(([domain, texts]) => ({ domain: domainOf(domain), forwarder: forwarder(texts) }))
      .sort((a, b) => b.domain.length - a.domain.length)
  }

  /** Whether others know that name, and the cluster does not. */
  isStub(name: string): boolean {
    return this.#stubs.length > 0 && this.#stubOf(foldName(name)) !== undefined
  }

  /** The answer to the client's message: at once, where it is known. Rejects where no upstream answers. */
  answer(query: Query, message: Uint8Array, transport: 'udp' | 'tcp'): Uint8Array | Promise<Uint8Array> {
    const write = (given: Given): Uint8Array => clientReply(given.reply, { message, query, transport, ...given })
    const given = this.#look(askedBy(query, message))
    return given instanceof Promise ? given.then(write) : write(given)
  }

  /** The A, AAAA and CNAME records of `name`, for a CNAME that led out of the cluster. */
  async resolve(name: string, type: number, query: Query): Promise<readonly ResourceRecord[]> {
    const question = { name, type, class: 1 }
    const { recursionDesired, checkingDisabled } = query
    const asked: Asked = { recursionDesired, checkingDisabled, question, dnssecOk: false, authenticData: false }
    const { reply, age, mostTtl } = await this.#look(asked)
    return decodeRecords(reply.bytes).map((record) => ({
      ...record,
      ttl: Math.max(0, Math.min(record.ttl, mostTtl) - age),
    }))
  }

  #stubOf(name: string): Route | undefined {
    return this.#stubs.find(({ domain }) => domain === '' || labelsBelow(name, domain) !== undefined)
  }

  #look(asked: Asked): Given | Promise<Given> {
    const { clock, counts } = this.#options
    const key = cacheKey(asked)
    const entry = this.#cache.get(key)
    const now = clock.now()
    if (entry !== undefined && this.#cache.isFresh(entry, now)) {
      counts.cache(entry.reply.kind === 'denial' ? 'hitsDenial' : 'hitsSuccess')
      this.#prefetch(key, asked, entry, now)
      return { reply: entry.reply, age: ageOf(entry, now), mostTtl: entry.ttl }
    }
    counts.cache('misses')
    const asking = this.#ask(key, asked)
    if (entry !== undefined && this.#cache.isUsable(entry, now)) return this.#orStale(asking, entry)
    return asking.then((reply) => this.#asNew(reply))
  }

  #asNew(reply: UpstreamReply): Given {
    const { maxTtl, maxDenialTtl } = this.#cacheOptions
    return { reply, age: 0, mostTtl: reply.kind === 'denial' ? maxDenialTtl : maxTtl }
  }

  /** What was true once, where nobody says in time what is. */
  #orStale(asking: Promise<UpstreamReply>, { reply: stale }: CacheEntry): Promise<Given> {
    const { clock, counts } = this.#options
    return new Promise((resolve) => {
      const giveStale = (): void => {
        cancel()
        counts.cache('stale')
        resolve({ reply: stale, age: 0, mostTtl: STALE_TTL })
      }
      const cancel = clock.after(STALE_AFTER_MS, giveStale)
      asking.then((reply) => {
        if (reply.kind === 'failure') return giveStale()
        cancel()
        resolve(this.#asNew(reply))
      }, giveStale)
    })
  }

  #prefetch(key: string, asked: Asked, entry: CacheEntry, now: number): void {
    const { prefetchHits = 0 } = this.#settings
    if (prefetchHits === 0 || ++entry.hits < prefetchHits || this.#underWay.has(key)) return
    if (entry.storedAt + entry.ttl * 1000 - now > entry.ttl * 1000 * PREFETCH_PART) return
    this.#options.counts.cache('prefetched')
    // Who has it lives on until it ends.
    this.#ask(key, asked).catch(() => undefined)
  }

  /** One question is under way once, however many ask it. */
  #ask(key: string, asked: Asked): Promise<UpstreamReply> {
    const known = this.#underWay.get(key)
    if (known !== undefined) return known
    const most = this.#settings.maxConcurrent ?? 1000
    if (this.#underWay.size >= most) {
      this.#options.counts.cache('rejected')
      return Promise.reject(new Error(`${most} questions wait for the upstream nameservers`))
    }
    const route = this.#stubOf(foldName(asked.question.name))?.forwarder ?? this.#default
    const asking = route.ask(asked).then((reply) => {
      const { clock, counts } = this.#options
      const { evictions } = this.#cache
      this.#cache.keep(key, reply, clock.now())
      counts.cache('evictions', this.#cache.evictions - evictions)
      counts.setCache('entriesSuccess', this.#cache.counts.success)
      counts.setCache('entriesDenial', this.#cache.counts.denial)
      return reply
    })
    this.#underWay.set(key, asking)
    const end = (): void => void this.#underWay.delete(key)
    asking.then(end, end)
    return asking
  }
}
