import { sleep } from '#clock/clock.ts'
import { Candidate, type CandidateOptions, JITTER } from './candidate.ts'

interface LeaderOptions extends CandidateOptions {
  readonly random: () => number
  /** Aborted: the Lease is given back, so that another need not wait for its end. */
  readonly signal: AbortSignal
  /**
   * Leads until `lost` aborts, which it does before anybody else can lead: the rest of the Lease's duration is there to
   * end what runs. What it throws ends the leadership.
   */
  readonly lead: (lost: AbortSignal) => Promise<void>
}

/**
 * Leader election by a Lease (coordination.k8s.io/v1), as client-go's: one candidate holds it and renews it, and another
 * takes it when it has not been renewed for its duration. How long is measured from when a candidate has *seen* a change,
 * by its own clock: what the holder's clock says counts for nobody. Resolves when `signal` has aborted, `lead` has ended
 * and the Lease was given back.
 */
export const electLeader = async (options: LeaderOptions): Promise<void> => {
  const { signal, clock, random, onError } = options
  const candidate = new Candidate(options)
  const { retryPeriod } = candidate.times
  while (!signal.aborted) {
    let isHeld = false
    try {
      isHeld = (await candidate.tryToHold()) === 'held'
    } catch (error) {
      if (!signal.aborted) onError?.(error)
    }
    if (isHeld && !signal.aborted) await leadAndRenew(options, candidate)
    else if (isHeld) await candidate.release()
    if (!signal.aborted) await sleep(clock, retryPeriod * (1 + random() * (JITTER - 1)), signal)
  }
}

/** Leads while the Lease is renewed. */
const leadAndRenew = async (options: LeaderOptions, candidate: Candidate): Promise<void> => {
  const { clock, signal, lead, onError } = options
  const lost = new AbortController()
  const isOver = AbortSignal.any([lost.signal, signal])
  const led = lead(isOver).catch((error: unknown) => onError?.(error))
  void led.then(() => lost.abort())
  // Apart from the requests: one that hangs must not keep the news from whoever leads.
  const watchDeadline = (): void => {
    const left = candidate.times.renewDeadline - candidate.age
    if (left <= 0) lost.abort()
    else if (!isOver.aborted) cancel = clock.after(left, watchDeadline)
  }
  let cancel = (): void => {}
  watchDeadline()
  while (!isOver.aborted) {
    await sleep(clock, candidate.times.retryPeriod, isOver)
    if (isOver.aborted) break
    try {
      // One that was only changed meanwhile is tried again.
      if ((await Promise.race([candidate.tryToHold(), aborted(isOver)])) === 'taken') lost.abort()
    } catch (error) {
      if (!isOver.aborted) onError?.(error)
    }
  }
  cancel()
  // Given back only when nothing of ours runs any more: another leads as soon as it is.
  await led
  await candidate.release()
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
