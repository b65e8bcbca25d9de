import { Rcode, RecordType } from '#names/record.ts'

/** Who answered, as CoreDNS's metrics call it. */
export const PLUGINS = ['kubernetes', 'forward', 'cache', 'hosts', 'server'] as const
export type Plugin = (typeof PLUGINS)[number]

/** As many rcodes as there may be, BADVERS being the highest that is given. */
const RCODES = Rcode.BADVERS + 1
/** Types that are counted each; all others are `other`. */
const TYPES: Readonly<Record<string, number>> = {
  A: RecordType.A,
  AAAA: RecordType.AAAA,
  CNAME: RecordType.CNAME,
  DNSKEY: 48,
  DS: 43,
  HTTPS: 65,
  MX: 15,
  NS: RecordType.NS,
  PTR: RecordType.PTR,
  SOA: RecordType.SOA,
  SRV: RecordType.SRV,
  SVCB: 64,
  TXT: RecordType.TXT,
  ANY: RecordType.ANY,
}
const TYPE_NAMES = [...Object.keys(TYPES), 'other']
const TYPE_INDEX = new Uint8Array(256).fill(TYPE_NAMES.length - 1)
for (const [index, type] of Object.values(TYPES).entries()) TYPE_INDEX[type] = index

/** Seconds: 0.25 ms doubled, as CoreDNS has them. */
export const DURATIONS = Array.from({ length: 16 }, (_, index) => 0.00025 * 2 ** index)
/** Counts of the bounds, of what is longer, and the sum. */
const HISTOGRAM = DURATIONS.length + 2
/** Seconds from a change of endpoints until names lead there: 1 ms doubled, as CoreDNS has them. */
export const PROGRAMMED = Array.from({ length: 20 }, (_, index) => 0.001 * 2 ** index)
/** Upstream servers that are told apart; more than these are counted with the last. */
const MOST_UPSTREAMS = 32
const UPSTREAM_RCODES = [Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.SERVFAIL, Rcode.REFUSED, -1]

const CACHE_COUNTS = [
  'hitsSuccess',
  'hitsDenial',
  'misses',
  'prefetched',
  'stale',
  'evictions',
  'entriesSuccess',
  'entriesDenial',
  'rejected',
] as const
type CacheCount = (typeof CACHE_COUNTS)[number]

const RESPONSES_AT = 0
const REQUESTS_AT = RESPONSES_AT + PLUGINS.length * RCODES
const DURATION_AT = REQUESTS_AT + 4 * TYPE_NAMES.length
const CACHE_AT = DURATION_AT + HISTOGRAM
const PROGRAMMED_AT = CACHE_AT + CACHE_COUNTS.length
const FAILED_AT = PROGRAMMED_AT + PROGRAMMED.length + 2
const UPSTREAMS_AT = FAILED_AT + MOST_UPSTREAMS
/** Numbers of 64 bits. */
export const DNS_COUNTS = UPSTREAMS_AT + MOST_UPSTREAMS * UPSTREAM_RCODES.length * HISTOGRAM

const RCODE_NAMES = new Map<number, string>(Object.entries(Rcode).map(([name, rcode]) => [rcode, name]))
const rcodeName = (rcode: number): string => RCODE_NAMES.get(rcode) ?? String(rcode)

interface Timed {
  readonly counts: readonly number[]
  readonly sum: number
}

/**
 * What is counted of DNS, as one row of numbers: to count is to add one to one of them, threads can share them, and two
 * rows are added number by number.
 */
export class DnsCounts {
  readonly numbers: Float64Array

  constructor(numbers: Float64Array = new Float64Array(DNS_COUNTS)) {
    this.numbers = numbers
  }

  add(other: DnsCounts): void {
    for (const [index, count] of other.numbers.entries()) this.numbers[index]! += count
  }

  /** Other servers are asked now: what was counted of those before is not theirs. */
  forgetUpstreams(): void {
    this.numbers.fill(0, FAILED_AT)
  }

  /** `type` of the question, `form`: 0 or 2 for UDP or TCP, and 1 more for IPv6. */
  request(type: number, form: number): void {
    const index = type < 256 ? TYPE_INDEX[type]! : TYPE_NAMES.length - 1
    this.numbers[REQUESTS_AT + form * TYPE_NAMES.length + index]!++
  }

  response(plugin: number, rcode: number): void {
    this.numbers[RESPONSES_AT + plugin * RCODES + Math.min(rcode, RCODES - 1)]!++
  }

  /** An answer that lay ready: no clock is read for it, it takes 2 µs. */
  instant(): void {
    this.numbers[DURATION_AT]!++
  }

  duration(seconds: number): void {
    this.#observe(DURATION_AT, seconds)
  }

  cache(what: CacheCount, by = 1): void {
    this.numbers[CACHE_AT + CACHE_COUNTS.indexOf(what)]! += by
  }

  setCache(what: CacheCount, value: number): void {
    this.numbers[CACHE_AT + CACHE_COUNTS.indexOf(what)] = value
  }

  upstream(slot: number, rcode: number, seconds: number): void {
    const known = UPSTREAM_RCODES.indexOf(rcode)
    const index = known < 0 ? UPSTREAM_RCODES.length - 1 : known
    this.#observe(
      UPSTREAMS_AT + (Math.min(slot, MOST_UPSTREAMS - 1) * UPSTREAM_RCODES.length + index) * HISTOGRAM,
      seconds,
    )
  }

  upstreamFailed(slot: number): void {
    this.numbers[FAILED_AT + Math.min(slot, MOST_UPSTREAMS - 1)]!++
  }

  /** Answers by rcode: `NOERROR` → 12. */
  byRcode(): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    for (const { rcode, value } of this.responses()) found.set(rcode, value + (found.get(rcode) ?? 0))
    return found
  }

  *responses(): Generator<{ readonly plugin: Plugin; readonly rcode: string; readonly value: number }> {
    for (const [index, plugin] of PLUGINS.entries())
      for (let rcode = 0; rcode < RCODES; rcode++) {
        const value = this.numbers[RESPONSES_AT + index * RCODES + rcode]!
        if (value > 0) yield { plugin, rcode: rcodeName(rcode), value }
      }
  }

  *requests(): Generator<{
    readonly proto: string
    readonly family: string
    readonly type: string
    readonly value: number
  }> {
    for (let form = 0; form < 4; form++)
      for (const [index, type] of TYPE_NAMES.entries()) {
        const value = this.numbers[REQUESTS_AT + form * TYPE_NAMES.length + index]!
        if (value > 0) yield { proto: form < 2 ? 'udp' : 'tcp', family: form % 2 === 0 ? '1' : '2', type, value }
      }
  }

  durations(): Timed {
    return this.#timed(DURATION_AT)
  }

  cached(what: CacheCount): number {
    return this.numbers[CACHE_AT + CACHE_COUNTS.indexOf(what)]!
  }

  failures(slot: number): number {
    return this.numbers[FAILED_AT + Math.min(slot, MOST_UPSTREAMS - 1)]!
  }

  programmedAfter(seconds: number): void {
    this.#observe(PROGRAMMED_AT, seconds, PROGRAMMED)
  }

  programmed(): Timed {
    return this.#timed(PROGRAMMED_AT, PROGRAMMED)
  }

  *upstreams(slot: number): Generator<Timed & { readonly rcode: string }> {
    for (const [index, rcode] of UPSTREAM_RCODES.entries()) {
      const timed = this.#timed(
        UPSTREAMS_AT + (Math.min(slot, MOST_UPSTREAMS - 1) * UPSTREAM_RCODES.length + index) * HISTOGRAM,
      )
      if (timed.counts.some((count) => count > 0)) yield { rcode: rcode < 0 ? 'other' : rcodeName(rcode), ...timed }
    }
  }

  #observe(at: number, seconds: number, bounds = DURATIONS): void {
    let bucket = 0
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++
    this.numbers[at + bucket]!++
    this.numbers[at + bounds.length + 1]! += seconds
  }

  #timed(at: number, bounds = DURATIONS): Timed {
    const end = at + bounds.length + 1
    return { counts: [...this.numbers.subarray(at, end)], sum: this.numbers[end]! }
  }
}
