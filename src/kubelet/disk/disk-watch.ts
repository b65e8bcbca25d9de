import type { Clock } from '#clock/clock.ts'
import type { KubeletContext } from '../context.ts'
import type { PodEntry } from '../pod/pod-entry.ts'
import { diskExcess, diskLimits } from './disk-limits.ts'
import { podDiskUsage } from './disk-usage.ts'

/** Kubernetes' interval of looking at what is used. */
const LOOK_MS = 10_000
/** How long an evicted pod has to end: Kubernetes' own. */
const GRACE_SECONDS = 1
/** How much longer than a pod's measurement took, the next one waits: it costs a twentieth of a processor at most. */
const REST = 20

/** A pod that runs, and how it is ended. */
interface Watched {
  readonly entry: PodEntry
  evict(message: string, graceSeconds: number): void
}

interface DiskWatchOptions {
  readonly context: Pick<KubeletContext, 'runtime'>
  /** Those that run. */
  readonly pods: () => Iterable<Watched>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/**
 * Ends pods that take more of the disk than they may. Only what is limited is measured, one pod after another, by looking
 * at all its files: those that have many are looked at less often.
 */
export const watchDisk = ({ context, pods, clock, signal, onError }: DiskWatchOptions): void => {
  const dueAt = new WeakMap<PodEntry, number>()
  const look = async (): Promise<void> => {
    for (const watched of [...pods()]) {
      const { entry } = watched
      const limits = diskLimits(entry.pod)
      const startedAt = clock.now()
      if (signal.aborted) return
      if (limits === undefined || (dueAt.get(entry) ?? 0) > startedAt) continue
      try {
        const excess = diskExcess(limits, await podDiskUsage(context, entry, limits))
        if (excess !== undefined && !signal.aborted) watched.evict(excess, GRACE_SECONDS)
      } catch (error) {
        onError(error)
      }
      dueAt.set(entry, clock.now() + (clock.now() - startedAt) * REST)
    }
    wait()
  }
  const wait = (): void => {
    if (!signal.aborted) clock.after(LOOK_MS, () => void look())
  }
  wait()
}
