import type { Probe } from '#api/core/pod/spec/probe.ts'

/** How often the same result came in a row, and what the probe counts as meanwhile. */
export interface ProbeCount {
  readonly passing: boolean
  readonly last?: boolean
  readonly run: number
}

/** Before the first result: alive, but neither started nor ready. */
export const firstCount = (kind: 'liveness' | 'readiness' | 'startup'): ProbeCount => ({
  passing: kind === 'liveness',
  run: 0,
})

/** Counts one more result against `successThreshold` (1) and `failureThreshold` (3). */
export const countResult = (
  count: ProbeCount,
  probe: Pick<Probe, 'successThreshold' | 'failureThreshold'>,
  success: boolean,
): ProbeCount => {
  const run = count.last === success ? count.run + 1 : 1
  const threshold = success ? probe.successThreshold || 1 : probe.failureThreshold || 3
  return { passing: run >= threshold ? success : count.passing, last: success, run }
}

/** Milliseconds between the quick attempts before the first success; the next is the period's own. */
const QUICK: readonly number[] = [20, 50, 100, 200, 400, 800]

/**
 * The pause before attempt `attempt` (0: the first). A pod without a delay becomes ready in tens of milliseconds that
 * way, where waiting a whole period would cost seconds; the attempts between are no failures of the probe's own.
 */
export const probePause = (
  probe: Probe,
  kind: 'liveness' | 'readiness' | 'startup',
  attempt: number,
  passed: boolean,
): number => {
  const period = (probe.periodSeconds || 10) * 1000
  const delay = (probe.initialDelaySeconds ?? 0) * 1000
  // Nothing waits for the first liveness result, and a slow starter would only collect failures.
  if (attempt === 0) return kind === 'liveness' && delay === 0 ? period : delay
  if (passed || kind === 'liveness') return period
  return Math.min(QUICK[attempt - 1] ?? period, period)
}

/**
 * Whether a failure at this time counts: the quick attempts of the first period do not, or they would eat the
 * failureThreshold.
 */
export const failureCounts = (probe: Probe, firstAttemptAt: number, now: number, passedBefore: boolean): boolean =>
  passedBefore || now - firstAttemptAt >= (probe.periodSeconds || 10) * 1000
