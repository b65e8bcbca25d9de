import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import type { Resource } from '#api/resource.ts'
import { type Client, isConflict, isInvalid, isNotFound } from '#client/client.ts'
import { backoff, type Clock } from '#clock/clock.ts'
import { statusPatch } from './status-patch.ts'

interface Slot {
  pod: Pod
  wanted: PodStatus
  /** What the server has, as far as we know. */
  written?: PodStatus
  /** The resourceVersion of our last write: an older pod says nothing of it. */
  version: number
  busy: boolean
  failures: number
  cancel: () => void
  /** Milliseconds of the wait that is under way; undefined: none is. */
  waits?: number | undefined
  waiters: (() => void)[]
}

interface StatusWriterOptions {
  readonly clock: Clock
  readonly onError: (message: string, error: unknown) => void
  readonly random?: () => number
}

// What nobody waits for (a container was created, not ready yet) is held back this long: most pods are ready by then,
// and one write says both.
const SOON_MS = 30
// Without an address it is nobody's business yet. They get theirs one after the other: of many that come at once most have
// one before their time is over, which is longer the more there are.
const UNADDRESSED_MS = 500
const UNADDRESSED_EACH_MS = 50
const UNADDRESSED_MOST_MS = 5000

/** Resource versions are numbers that grow. */
const versionOf = ({ metadata }: Pod): number => Number(metadata?.resourceVersion ?? 0)

/**
 * What the server has after a write: what somebody else wrote just before stands in its answer, and is put right. Not so what
 * it did not take of this very write: it would be asked for ever.
 */
const writtenBy = ({ status: told }: Pod, sent: object, wanted: PodStatus): PodStatus => {
  const left = told && statusPatch(told, wanted)
  return left === undefined || isDeepStrictEqual(left, sent) ? wanted : told!
}

/**
 * Writes pod statuses: one write a pod at a time, only what changed, the newest state wins, again with back-off where
 * the server failed. A status that somebody else changed is put right.
 */
export class StatusWriter {
  readonly #client: Client
  readonly #pods: Resource<Pod>
  readonly #options: StatusWriterOptions
  readonly #slots = new Map<string, Slot>()
  /** The uids of pods that wait for an address. */
  readonly #unaddressed = new Set<string>()
  #stopped = false

  constructor(client: Client, pods: Resource<Pod>, options: StatusWriterOptions) {
    this.#client = client
    this.#pods = pods
    this.#options = options
  }

  /** Notes the status that the pod should show. `urgent` writes at once. */
  set(pod: Pod, wanted: PodStatus, urgent: boolean): void {
    const uid = pod.metadata?.uid ?? ''
    let slot = this.#slots.get(uid)
    if (slot === undefined) {
      slot = {
        pod,
        wanted,
        written: pod.status,
        version: versionOf(pod),
        busy: false,
        failures: 0,
        cancel: () => {},
        waiters: [],
      }
      this.#slots.set(uid, slot)
    }
    // Somebody else has written it: the node controller while we were silent, or a hand. What runs here, we know.
    if (!slot.busy && versionOf(pod) > slot.version) {
      slot.written = pod.status
      slot.version = versionOf(pod)
    }
    slot.pod = pod
    slot.wanted = wanted
    if (wanted.podIP || urgent) this.#unaddressed.delete(uid)
    else this.#unaddressed.add(uid)
    if (slot.failures > 0) return
    this.#schedule(slot, urgent ? 0 : wanted.podIP ? SOON_MS : this.#patience)
  }

  /** How long a pod without an address waits for one, milliseconds. */
  get #patience(): number {
    return Math.min(Math.max(UNADDRESSED_MS, this.#unaddressed.size * UNADDRESSED_EACH_MS), UNADDRESSED_MOST_MS)
  }

  /** Resolves when what is wanted now has been written, or can no longer be (the pod is gone). */
  async flush(uid: string): Promise<void> {
    const slot = this.#slots.get(uid)
    if (slot === undefined || this.#stopped) return
    if (!slot.busy && statusPatch(slot.written, slot.wanted) === undefined) return
    const done = new Promise<void>((resolve) => slot.waiters.push(resolve))
    if (slot.failures === 0) this.#schedule(slot, 0)
    await done
  }

  forget(uid: string): void {
    const slot = this.#slots.get(uid)
    slot?.cancel()
    this.#slots.delete(uid)
    this.#unaddressed.delete(uid)
    for (const waiter of slot?.waiters ?? []) waiter()
  }

  stop(): void {
    this.#stopped = true
    for (const uid of [...this.#slots.keys()]) this.forget(uid)
  }

  #schedule(slot: Slot, ms: number): void {
    if (slot.busy || this.#stopped || (slot.waits ?? Number.POSITIVE_INFINITY) <= ms) return
    slot.cancel()
    slot.waits = ms
    if (ms === 0) {
      // The end of this turn: what one event changes in several steps goes out as one.
      queueMicrotask(() => void this.#write(slot))
    } else {
      slot.cancel = this.#options.clock.after(ms, () => void this.#write(slot))
    }
  }

  async #write(slot: Slot): Promise<void> {
    slot.waits = undefined
    const { metadata } = slot.pod
    const uid = metadata?.uid ?? ''
    if (slot.busy || this.#stopped || this.#slots.get(uid) !== slot) return
    const wanted = slot.wanted
    const status = statusPatch(slot.written, wanted)
    if (status === undefined) {
      // Also where the server had taken what failed, or what failed is wanted no longer: the next one waits for nobody.
      slot.failures = 0
      return this.#settle(slot)
    }
    slot.busy = true
    try {
      const answer = await this.#client.patch(
        this.#pods,
        metadata?.name ?? '',
        'strategic',
        // The uid guards a new pod of the same name from the old one's status.
        { metadata: { uid }, status },
        { namespace: metadata?.namespace, subresource: 'status' },
      )
      slot.written = writtenBy(answer, status, wanted)
      slot.version = versionOf(answer)
      slot.failures = 0
    } catch (error) {
      slot.busy = false
      const isOther = isConflict(error) || isInvalid(error)
      if (isNotFound(error) || (isOther && this.#slots.get(uid) !== slot)) return this.forget(uid)
      slot.failures++
      this.#options.onError(`status of pod ${metadata?.namespace}/${metadata?.name}`, error)
      const wait = backoff(slot.failures - 1, 50, 10_000, this.#options.random ?? Math.random)
      slot.cancel = this.#options.clock.after(wait, () => void this.#write(slot))
      return
    }
    slot.busy = false
    if (statusPatch(slot.written, slot.wanted) !== undefined) this.#schedule(slot, 0)
    else this.#settle(slot)
  }

  #settle(slot: Slot): void {
    for (const waiter of slot.waiters.splice(0)) waiter()
  }
}
