import type { Lease } from '#api/coordination/lease/message.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import type { Clock } from '#clock/clock.ts'
import { type Client, isAlreadyExists, isConflict, isNotFound } from '../client.ts'

/** As client-go has them, milliseconds. Each must be longer than the one below it. */
const TIMES = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2000 }
/** Retries are spread by so much of their period. */
export const JITTER = 1.2

export interface CandidateOptions {
  readonly client: Client
  readonly namespace: string
  readonly name: string
  /** Who asks: no two candidates share it, not even one that was started again. */
  readonly identity: string
  /** Of the day, for what is written on the Lease; it may jump. */
  readonly clock: Clock
  /** Milliseconds of a clock that never jumps: `performance.now()`. */
  readonly steady: () => number
  readonly times?: Partial<typeof TIMES>
  /** Another leader was seen than before, maybe this one. */
  readonly onLeader?: (identity: string) => void
  readonly onError?: (error: unknown) => void
}

/** One who wants a Lease, and what they have seen of it. */
export class Candidate {
  readonly times: typeof TIMES
  readonly #options: CandidateOptions
  /** When the last renewal that succeeded was *sent*, by both clocks: others may have seen it as early as that. */
  #renewed: Instant | undefined
  /** The Lease as it was seen last, and when a change of it was seen. */
  #seen: Lease | undefined
  #seenAt = 0
  #leader = ''

  constructor(options: CandidateOptions) {
    this.#options = options
    this.times = { ...TIMES, ...options.times }
    const { leaseDuration, renewDeadline, retryPeriod } = this.times
    if (leaseDuration <= renewDeadline || renewDeadline <= retryPeriod * JITTER)
      throw new RangeError('leader election: leaseDuration > renewDeadline > retryPeriod * 1.2 must hold')
  }

  /**
   * Milliseconds since the Lease was renewed, by the clock that says more: a machine that slept was away although its
   * steady clock stood still, and one whose clock was set back has not grown younger.
   */
  get age(): number {
    if (this.#renewed === undefined) return Number.POSITIVE_INFINITY
    const { steady, day } = this.#now()
    return Math.max(steady - this.#renewed.steady, day - this.#renewed.day)
  }

  /**
   * Takes the Lease, or renews it. `taken`: another holds it; `changed`: it was written by somebody else in the same
   * moment. Rejects where the API does not answer, or refuses.
   */
  async tryToHold(): Promise<'held' | 'taken' | 'changed'> {
    const { client, identity, steady } = this.#options
    const sent = this.#now()
    const found = await this.#find()
    if (found === undefined) return this.#hold(sent, () => client.create(leases, this.#leaseOf(undefined, sent.day)))
    this.#see(found)
    const holder = found.spec?.holderIdentity ?? ''
    if (holder !== '' && holder !== identity && steady() < this.#seenAt + this.#durationOf(found)) return 'taken'
    return this.#hold(sent, () => client.update(leases, this.#leaseOf(found, sent.day)))
  }

  /** Gives the Lease back where it is ours. An API that does not answer is not waited for: it ends by itself. */
  async release(): Promise<void> {
    const { client, identity, onError, clock } = this.#options
    const seen = this.#seen
    this.#renewed = undefined
    if (seen?.spec?.holderIdentity !== identity) return
    const time = microTime(clock.now())
    const spec = { ...seen.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: time, acquireTime: time }
    try {
      this.#see(await client.update(leases, { ...seen, spec }))
    } catch (error) {
      if (!isConflict(error)) onError?.(error)
    }
  }

  async #find(): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options
    try {
      return await client.get(leases, name, { namespace })
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async #hold(sent: Instant, write: () => Promise<Lease>): Promise<'held' | 'changed'> {
    try {
      this.#see(await write())
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return 'changed'
      throw error
    }
    this.#renewed = sent
    return 'held'
  }

  #see(lease: Lease): void {
    const { steady, onLeader } = this.#options
    if (recordOf(lease) !== recordOf(this.#seen)) this.#seenAt = steady()
    this.#seen = lease
    const holder = lease.spec?.holderIdentity ?? ''
    if (holder !== '' && holder !== this.#leader) onLeader?.(holder)
    this.#leader = holder
  }

  #now(): Instant {
    return { steady: this.#options.steady(), day: this.#options.clock.now() }
  }

  /** What its holder promised, which may be of another version with other times. */
  #durationOf({ spec }: Lease): number {
    return spec?.leaseDurationSeconds ? spec.leaseDurationSeconds * 1000 : this.times.leaseDuration
  }

  #leaseOf(found: Lease | undefined, now: number): Lease {
    const { namespace, name, identity } = this.#options
    const time = microTime(now)
    const { spec } = found ?? {}
    const isOurs = spec?.holderIdentity === identity
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: found?.metadata ?? { name, namespace },
      spec: {
        ...spec,
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(this.times.leaseDuration / 1000),
        acquireTime: isOurs && spec?.acquireTime ? spec.acquireTime : time,
        renewTime: time,
        leaseTransitions: found === undefined ? 0 : (spec?.leaseTransitions ?? 0) + (isOurs ? 0 : 1),
      },
    }
  }
}

/** What of a Lease its holder writes. */
const recordOf = (lease: Lease | undefined): string => JSON.stringify(lease?.spec ?? null)

const microTime = (now: number): string => new Date(now).toISOString().replace('Z', '000Z')

interface Instant {
  readonly steady: number
  readonly day: number
}
