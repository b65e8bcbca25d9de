import type { Probe } from '#api/core/pod/spec/probe.ts'
import type { Clock } from '#clock/clock.ts'
import type { ProbeOutcome } from './probe.ts'
import { countResult, failureCounts, firstCount, type ProbeCount, probePause } from './probe-result.ts'

export type ProbeKind = 'liveness' | 'readiness' | 'startup'

export interface ProberOptions {
  readonly kind: ProbeKind
  readonly probe: Probe
  readonly clock: Clock
  readonly attempt: () => Promise<ProbeOutcome>
  /** Called where `passing` turns, and for startup and liveness each time the threshold of failures is reached. */
  readonly onChange: (passing: boolean, message: string) => void
  /** Called for each failure that counts. */
  readonly onFailure: (message: string) => void
  /** Called in its place where nothing could be asked: the verdict stays what it was. */
  readonly onUnknown: (message: string) => void
  /** What was known before a restart of ours. */
  readonly passing?: boolean
}

/** Probes one container until stopped; one attempt at a time. */
export class Prober {
  readonly #options: ProberOptions
  #count: ProbeCount
  #attempt = 0
  #passed = false
  #firstAt = 0
  #cancel: () => void = () => {}
  #stopped = false

  constructor(options: ProberOptions) {
    this.#options = options
    this.#count = { ...firstCount(options.kind), ...(options.passing !== undefined && { passing: options.passing }) }
    this.#passed = options.passing === true && options.kind !== 'liveness'
  }

  get kind(): ProbeKind {
    return this.#options.kind
  }

  start(): this {
    this.#schedule()
    return this
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  #schedule(): void {
    const { probe, kind, clock } = this.#options
    const pause = probePause(probe, kind, this.#attempt, this.#passed)
    if (pause === 0) void this.#run()
    else this.#cancel = clock.after(pause, () => void this.#run())
  }

  async #run(): Promise<void> {
    const { probe, clock, attempt, onChange, onUnknown, kind } = this.#options
    if (this.#stopped) return
    if (this.#attempt++ === 0) this.#firstAt = clock.now()
    const outcome = await attempt()
    if (this.#stopped) return
    const before = this.#count
    if (outcome.success) {
      this.#passed = true
      this.#count = countResult(before, probe, true)
      if (this.#count.passing && !before.passing) onChange(true, '')
    } else if (failureCounts(probe, this.#firstAt, clock.now(), this.#passed || kind === 'liveness')) {
      if (outcome.isUnknown) onUnknown(outcome.message)
      else this.#failed(outcome.message)
    }
    if (!this.#stopped) this.#schedule()
  }

  #failed(message: string): void {
    const { probe, onChange, onFailure, kind } = this.#options
    const before = this.#count
    this.#count = countResult(before, probe, false)
    onFailure(message)
    const reached = this.#count.run >= (probe.failureThreshold || 3)
    if (reached && (before.passing || kind !== 'readiness')) onChange(false, message)
  }
}
