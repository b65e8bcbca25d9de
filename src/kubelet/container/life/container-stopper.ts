import type { Pod } from '#api/core/pod/message.ts'
import type { LifecycleHandler } from '#api/core/pod/spec/lifecycle.ts'
import type { KubeletContext } from '../../context.ts'
import { errorText, execFailure } from '../../kubelet-error.ts'
import { timeoutSignal } from '../../timeout-signal.ts'
import type { ContainerEntry } from '../container-entry.ts'
import { runHook } from './lifecycle-hook.ts'

// Kubernetes gives a container this long after its preStop hook, also where the hook has eaten the grace period.
const LEAST_SECONDS = 2

/**
 * preStop, SIGTERM, and SIGKILL when `graceSeconds` are over. Resolves when it has exited; rejects where the runtime
 * fails. One that is being stopped already is stopped once: what is under way gets no more time than this, and is waited for.
 */
export const stopContainer = async (
  context: KubeletContext,
  pod: Pod,
  entry: ContainerEntry,
  podIP: string,
  graceSeconds: number,
  message: string,
): Promise<void> => {
  const { id, container, phase, stopping } = entry
  if (id === undefined || phase.phase !== 'running') return
  if (stopping !== undefined) {
    hurryStop(context, entry, graceSeconds)
    return await stopping.over
  }
  context.record(pod, 'Normal', 'Killing', message, container.name)
  const { clock, runtime } = context
  const by = clock.now() + graceSeconds * 1000
  const cut = new AbortController()
  const stop = async (): Promise<void> => {
    const hook = graceSeconds > 0 ? container.lifecycle?.preStop : undefined
    if (hook === undefined) return await runtime.stop(id, graceSeconds)
    const { signal, cancel } = timeoutSignal(clock, graceSeconds * 1000)
    await runPreStop(context, hook, { pod, container, id, podIP }, AbortSignal.any([signal, cut.signal]))
    cancel()
    // It has ended where its hook was cut.
    const end = entry.stopping?.by ?? by
    if (!cut.signal.aborted) await runtime.stop(id, Math.max(LEAST_SECONDS, Math.ceil((end - clock.now()) / 1000)))
  }
  const over = stop().finally(() => delete entry.stopping)
  const cutHook = (): void => cut.abort(new Error('the container has ended'))
  entry.stopping = { by, cutHook, over }
  await over
}

/** Never rejects. */
const runPreStop = async (
  context: KubeletContext,
  hook: LifecycleHandler,
  target: Parameters<typeof runHook>[1],
  signal: AbortSignal,
): Promise<void> => {
  try {
    await runHook(hook, target, context, signal)
  } catch (error) {
    const message = `PreStopHook failed: ${execFailure(error) ?? errorText(error)}`
    context.record(target.pod, 'Warning', 'FailedPreStopHook', message, target.container.name)
  }
}

/**
 * A stop that is under way, and would take longer, gets `graceSeconds` from now: its container is told at once, and its hook
 * goes no further when that has ended.
 */
export const hurryStop = (
  { runtime, clock, log }: Pick<KubeletContext, 'runtime' | 'clock' | 'log'>,
  { id, stopping }: ContainerEntry,
  graceSeconds: number,
): void => {
  const by = clock.now() + graceSeconds * 1000
  if (id === undefined || stopping === undefined || stopping.by <= by) return
  stopping.by = by
  runtime.stop(id, graceSeconds).then(stopping.cutHook, (error) => log(`container ${id}`, error))
}
