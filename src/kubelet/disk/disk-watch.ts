import type { Clock } from '#clock/clock.ts'
import type { KubeletContext } from '../context.ts'
import type { PodEntry } from '../pod/pod-entry.ts'
import { diskExcess, diskLimits } from './disk-limits.ts'
import { relieve } from './disk-relief.ts'
import type { DiskRoom } from './disk-room.ts'
import { podDiskUsage } from './disk-usage.ts'
import { isCritical, type Watched } from './watched.ts'

/** Kubernetes' interval of looking at what is used. */
const LOOK_MS = 10_000
/** How much longer than a pod's measurement took, the next one waits: it costs a twentieth of a processor at most. */
const REST = 20

interface DiskWatchOptions {
  readonly context: Pick<KubeletContext, 'runtime'>
  /** Those that run. */
  readonly pods: () => Iterable<Watched>
  readonly room: DiskRoom
  readonly makeRoom?: (() => Promise<void>) | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/**
 * Ends pods that take more of the disk than they may, or where it is all but full. Only what is limited is measured, one pod after another, by looking
 * at all its files: those that have many are looked at less often.
 */
export const watchDisk = ({ context, pods, room, makeRoom, clock, signal, onError }: DiskWatchOptions): void => {
  const dueAt = new WeakMap<PodEntry, number>()
  // What goes wrong after the end is no fault: the node's folders may be gone by then.
  const tell = (error: unknown): void => {
    if (!signal.aborted) onError(error)
  }
  const look = async (): Promise<void> => {
    const all = [...pods()]
    for (const watched of all) {
      const { entry } = watched
      const limits = diskLimits(entry.pod)
      const startedAt = clock.now()
      if (signal.aborted) return
      if (limits === undefined || isCritical(entry.pod) || (dueAt.get(entry) ?? 0) > startedAt) continue
      try {
        const excess = diskExcess(limits, await podDiskUsage(context, entry, limits))
        if (excess !== undefined && !signal.aborted) watched.evict(excess)
      } catch (error) {
        tell(error)
      }
      dueAt.set(entry, clock.now() + (clock.now() - startedAt) * REST)
    }
    if (signal.aborted) return
    await relieve({ context, pods: all, room, makeRoom, clock, signal }).catch(tell)
    wait()
  }
  const wait = (): void => {
    if (!signal.aborted) clock.after(LOOK_MS, () => void look())
  }
  wait()
}
