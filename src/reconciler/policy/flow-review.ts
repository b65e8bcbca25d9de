import type { Clock } from '#clock/clock.ts'
import type { Conntrack } from '#kernel/conntrack/conntrack.ts'
import { protocolOfNumber } from '#net/port-protocol.ts'
import { Judge } from '#policy/judge.ts'
import type { NodePolicy } from '#policy/node-policy.ts'

/** Within this time after a change, and not more often: it reads all connections of the node, some microseconds each. */
const REVIEW_MS = 250
/** Where there are so many that it takes long, it takes at most one part in so many of a core, as long as this is enough. */
const SHARE = 10
/** Whatever it takes: connections that are not allowed any more end within a second. */
const LONGEST_MS = 900

interface FlowReviewOptions {
  readonly conntrack: Conntrack
  readonly policy: NodePolicy
  /** The node's own addresses. */
  readonly own: (address: string) => boolean
  readonly clock: Clock
  /** Told where connections cannot be read or deleted, once for each new reason. */
  readonly onFault: (error: Error) => void
}

/**
 * Ends connections that are not allowed any more: the kernel forgets them, and judges their next packet as a new one's.
 * Others are not touched.
 */
export class FlowReview {
  readonly #options: FlowReviewOptions
  #timer: (() => void) | undefined
  #told: string | undefined
  /** How long the last one took, in milliseconds. */
  #took = 0
  #stopped = false
  /** How many connections have been ended. */
  ended = 0

  constructor(options: FlowReviewOptions) {
    this.#options = options
  }

  /** Something that passed may pass no more. */
  soon(): void {
    if (this.#stopped) return
    this.#timer ??= this.#options.clock.after(this.#wait, () => {
      this.#timer = undefined
      this.now()
    })
  }

  get #wait(): number {
    return Math.max(REVIEW_MS, Math.min(this.#took * (SHARE - 1), LONGEST_MS - this.#took))
  }

  now(): void {
    const { conntrack, policy, own, onFault, clock } = this.#options
    // The kernel's table is walked whole, which takes milliseconds where it is empty too.
    if (!policy.isPoliced) return
    const began = clock.now()
    const judge = new Judge(policy, own)
    try {
      this.ended += conntrack.deleteWhere(
        ({ protocol, source, backend }) =>
          judge.stopped({
            source,
            destination: backend.address,
            protocol: protocolOfNumber(protocol),
            port: backend.port,
          }) !== undefined,
      )
      this.#told = undefined
      this.#took = Math.max(0, clock.now() - began)
    } catch (error) {
      if (this.#told !== (error as Error).message) onFault(error as Error)
      this.#told = (error as Error).message
      this.soon()
    }
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.()
    this.#timer = undefined
  }
}
