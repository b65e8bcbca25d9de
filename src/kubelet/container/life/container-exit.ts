import type { ContainerState } from '#runtime/runtime.ts'
import type { KubeletContext } from '../../context.ts'
import { type ContainerEntry, exitedPhase } from '../container-entry.ts'
import { logPath, messagePath } from '../files/container-files.ts'
import { terminationMessage } from '../files/termination-message.ts'
import { stopProbers } from './container-probers.ts'

/** An exit, as the runtime tells it. */
type ContainerExit = Extract<ContainerState, { readonly state: 'exited' }>

/** Sets the entry's phase to an exit and its termination message; the probers stop. */
export const noteExit = (
  context: Pick<KubeletContext, 'log'>,
  pod: { readonly dir: string; readonly logDir: string },
  entry: ContainerEntry,
  exit: ContainerExit,
): void => {
  stopProbers(entry)
  const { container, attempt } = entry
  let text = ''
  try {
    text = terminationMessage(
      container,
      messagePath(pod.dir, container.name, attempt),
      logPath(pod.logDir, container.name, attempt),
      exit.exitCode,
    )
  } catch (error) {
    context.log(`container ${entry.id}: its termination message cannot be read`, error)
  }
  entry.phase = exitedPhase(entry.id ?? '', exit, text)
  entry.given = undefined
  entry.endHook?.(new Error('the container has ended'))
  entry.started = false
  entry.ready = false
}

/** The same for an exit that was not told (yet): what the runtime says holds. */
export const noteUntold = async (
  context: Pick<KubeletContext, 'log' | 'runtime'>,
  pod: Parameters<typeof noteExit>[1],
  entry: ContainerEntry,
): Promise<void> => {
  if (entry.phase.phase !== 'running' || entry.id === undefined) return
  const state = await context.runtime.status(entry.id)
  if (state?.state === 'exited') noteExit(context, pod, entry, state)
}
