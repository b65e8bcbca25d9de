import type { Clock } from '#clock/clock.ts'
import type { Ended } from './pod-admission.ts'

const DAY = 86_400_000
const PASSED: Ended = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
}

/** Watches over `activeDeadlineSeconds`: one of the few fields that may change in a pod that runs. */
export class PodDeadline {
  readonly #clock: Clock
  readonly #since: number
  readonly #passed: (ended: Ended) => void
  #cancel: (() => void) | undefined

  /** `since`: when the pod was taken up; `passed` is called once it has been here longer than it may. */
  constructor(clock: Clock, since: number, passed: (ended: Ended) => void) {
    this.#clock = clock
    this.#since = since
    this.#passed = passed
  }

  /** As the pod has it now; undefined: it may stay as long as it runs. */
  watch(seconds: number | undefined): void {
    this.stop()
    if (seconds === undefined) return
    const left = this.#since + seconds * 1000 - this.#clock.now()
    // A timer may be shorter than what is left: it takes no more than 24 days.
    this.#cancel = this.#clock.after(left, () => (left > DAY ? this.watch(seconds) : this.#passed(PASSED)))
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
