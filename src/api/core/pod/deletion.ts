import { isTerminalPhase } from '#objects/pod.ts'
import type { Pod } from './message.ts'

const DEFAULT_GRACE_SECONDS = 30

/** How long a pod's containers have to end, in seconds, of those asked for. */
export const graceSeconds = ({ spec, status }: Pod, asked: number | undefined): number => {
  // Nothing runs that could use the time: no kubelet has it yet, or all its containers have ended.
  if (!spec?.nodeName || isTerminalPhase(status?.phase)) return 0
  const seconds = asked ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS
  // A pod may say less than nothing; it is given the least there is.
  return seconds < 0 ? 1 : seconds
}
