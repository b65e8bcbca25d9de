import type { ContainerRecord } from '#runtime/runtime.ts'
import { type ContainerEntry, statusesOf } from '../container/container-entry.ts'
import { type ContainerLabels, HOLDER } from '../container/container-id.ts'
import { noteExit } from '../container/life/container-exit.ts'
import type { KubeletContext } from '../context.ts'
import type { PodEntry } from './pod-entry.ts'

/** A container of the runtime, and whose it says it is. */
export interface FoundContainer {
  readonly record: ContainerRecord
  readonly labels: ContainerLabels
}

const discard = async ({ runtime, log }: KubeletContext, id: string): Promise<void> => {
  try {
    await runtime.stop(id, 0)
    await runtime.remove(id)
  } catch (error) {
    log(`container ${id}: cannot be removed`, error)
  }
}

/** What the runtime does not know of a running container, its last status does: probes go on from where they were. */
const resume = (entry: ContainerEntry, { pod }: PodEntry, startedAt: string): void => {
  const known = statusesOf(pod).find(({ name }) => name === entry.container.name)
  entry.phase = { phase: 'running', startedAt: `${startedAt.slice(0, 19)}Z` }
  entry.started = known?.started === true || entry.container.startupProbe === undefined
  entry.ready = known?.ready === true
  entry.imageID = known?.imageID ?? ''
  entry.given = known?.resources ?? entry.container.resources ?? {}
}

/**
 * Lays what an earlier process of ours left running over the pod's entries: the newest attempt of each container. Older
 * ones, ones that never ran and ones that the pod does not name are removed. `own` is told every id that was kept.
 */
export const adoptContainers = (
  context: KubeletContext,
  pod: PodEntry,
  found: readonly FoundContainer[],
  own: (id: string) => void,
): void => {
  for (const { record, labels } of [...found].sort((a, b) => a.labels.attempt - b.labels.attempt)) {
    if (labels.container === HOLDER) {
      // One that has ended goes when another takes its place, or with its pod.
      if (record.status.state !== 'running') continue
      pod.holder = record.id
      own(record.id)
      continue
    }
    const entry = pod.containers.get(labels.container)
    if (entry === undefined || record.status.state === 'created') {
      void discard(context, record.id)
      continue
    }
    if (entry.id !== undefined) void discard(context, entry.id)
    entry.id = record.id
    entry.attempt = labels.attempt
    entry.hash = labels.hash
    entry.made = record.made
    own(record.id)
    if (record.status.state === 'exited') noteExit(context, pod, entry, record.status)
    else resume(entry, pod, record.status.startedAt)
  }
}
