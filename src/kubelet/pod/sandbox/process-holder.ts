import { join } from 'node:path'
import { podCgroup } from '../../container/container-cgroup.ts'
import { HOLDER, holderId, writeLabels } from '../../container/container-id.ts'
import type { KubeletContext } from '../../context.ts'
import type { Attachment } from '../../pod-network.ts'
import type { PodEntry } from '../pod-entry.ts'

/** In which the end of a holder is told, after those of the containers that end with it. */
const TOLD_MS = 100

/** Goes on after a container's end; where it may have ended with the holder, that is to be told first. */
export const afterHolder = ({ clock }: Pick<KubeletContext, 'clock'>, { holder }: PodEntry, goOn: () => void): void => {
  if (holder === undefined) goOn()
  else clock.after(TOLD_MS, goOn)
}

interface HolderOptions {
  /** Told its id, before it runs. */
  readonly own: (id: string) => void
  /** Nobody waits for it any more. */
  readonly signal: AbortSignal
}

/**
 * Makes what holds the process namespace that all containers of a pod see (shareProcessNamespace), unless it is there or
 * nobody asks for it.
 */
export const holdProcesses = async (
  { runtime, node }: Pick<KubeletContext, 'runtime' | 'node'>,
  entry: PodEntry,
  { namespaces }: Attachment,
  { own, signal }: HolderOptions,
): Promise<void> => {
  const { pod, uid, dir } = entry
  if (!pod.spec?.shareProcessNamespace || entry.holder !== undefined) return
  const id = holderId(uid)
  // One that ended, or was never started.
  await runtime.remove(id)
  own(id)
  const { name = '', namespace = '' } = pod.metadata ?? {}
  const labels = { node: node.name, uid, namespace, pod: name, container: HOLDER, attempt: 0, hash: '' }
  const spec = {
    id,
    namespaces,
    cgroup: `${podCgroup(node.name, uid)}/.${HOLDER}`,
    logPath: join(dir, 'holder.log'),
    annotations: writeLabels(labels),
  }
  await runtime.hold(spec, signal)
  entry.holder = id
}
