import type { ContainerEntry } from '../../container/container-entry.ts'
import { noteUntold } from '../../container/life/container-exit.ts'
import { retryAt } from '../../container/plan/backoff.ts'
import { restartsAll } from '../../container/plan/restart-policy.ts'
import type { KubeletContext } from '../../context.ts'
import type { PodEntry } from '../pod-entry.ts'
import { beginAllAgain } from './begin-again.ts'

interface Underway {
  /** Stops that are under way are made short. */
  readonly hurry: () => void
  /** Resolves when no start and no stop is under way. */
  readonly settled: () => Promise<void>
  /** The pod itself is ending: nothing goes again. */
  readonly isEnding: () => boolean
}

/** The container whose end asks for all of its pod to be made anew, and has not been answered yet. */
export const whoAsksForAll = ({ containers }: PodEntry): ContainerEntry | undefined =>
  [...containers.values()].find(
    ({ container, phase, anew, role }) =>
      role !== 'ephemeral' && phase.phase === 'exited' && !anew && restartsAll(container, phase.exitCode),
  )

const kill = async (context: KubeletContext, pod: PodEntry, entry: ContainerEntry): Promise<void> => {
  if (entry.phase.phase !== 'running' || entry.id === undefined) return
  try {
    await context.runtime.stop(entry.id, 0)
    await noteUntold(context, pod, entry)
  } catch (error) {
    context.log(`container ${entry.id}: cannot be killed`, error)
  }
}

/**
 * Ends all that runs of a pod, without hooks or patience, and has it go again where it is, after the back-off of the one
 * that asks (KEP-5532). Sandbox, addresses and volumes stay.
 */
export const restartAll = async (
  context: KubeletContext,
  pod: PodEntry,
  asking: ContainerEntry,
  underway: Underway,
): Promise<void> => {
  const due = retryAt(asking.backoff, context.clock.now())
  const entries = [...pod.containers.values()]
  const killAll = () => Promise.all(entries.map((entry) => kill(context, pod, entry)))
  underway.hurry()
  await killAll()
  // What is being started is ended as soon as it runs.
  await underway.settled()
  await killAll()
  if (!underway.isEnding()) beginAllAgain(entries, due)
}
