import type { Clock } from '#clock/clock.ts'

/** The given clock as an AbortSignal that fires after `ms`; `cancel` when it is no longer needed. */
export const timeoutSignal = (
  clock: Clock,
  ms: number,
): { readonly signal: AbortSignal; readonly cancel: () => void } => {
  const controller = new AbortController()
  const cancel = clock.after(ms, () => controller.abort(new Error(`timed out after ${ms / 1000} s`)))
  return { signal: controller.signal, cancel }
}
