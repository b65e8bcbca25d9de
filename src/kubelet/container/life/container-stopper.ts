import type { Pod } from '#api/core/pod/message.ts'
import type { KubeletContext } from '../../context.ts'
import { errorText, execFailure } from '../../kubelet-error.ts'
import { timeoutSignal } from '../../timeout-signal.ts'
import type { ContainerEntry } from '../container-entry.ts'
import { runHook } from './lifecycle-hook.ts'

// Kubernetes gives a container this long after its preStop hook, also where the hook has eaten the grace period.
const LEAST_SECONDS = 2

/**
 * preStop, SIGTERM, and SIGKILL when `graceSeconds` are over. Resolves when it has exited; rejects where the runtime
 * fails.
 */
export const stopContainer = async (
  context: KubeletContext,
  pod: Pod,
  entry: ContainerEntry,
  podIP: string,
  graceSeconds: number,
  message: string,
): Promise<void> => {
  const { id, container } = entry
  if (id === undefined || entry.phase.phase !== 'running') return
  context.record(pod, 'Normal', 'Killing', message, container.name)
  const hook = container.lifecycle?.preStop
  let left = graceSeconds
  if (hook !== undefined && graceSeconds > 0) {
    const from = context.clock.now()
    const { signal, cancel } = timeoutSignal(context.clock, graceSeconds * 1000)
    try {
      await runHook(hook, { pod, container, id, podIP }, context, signal)
    } catch (error) {
      context.record(
        pod,
        'Warning',
        'FailedPreStopHook',
        `PreStopHook failed: ${execFailure(error) ?? errorText(error)}`,
        container.name,
      )
    } finally {
      cancel()
    }
    left = Math.max(LEAST_SECONDS, graceSeconds - Math.floor((context.clock.now() - from) / 1000))
  }
  await context.runtime.stop(id, left)
}
