import { rmSync } from 'node:fs'
import type { Pod } from '#api/core/pod/message.ts'
import { isConflict, isNotFound } from '#client/client.ts'
import { backoff, sleep } from '#clock/clock.ts'
import { holderId } from '../container/container-id.ts'
import { messagesFolder } from '../container/files/container-files.ts'
import type { KubeletContext } from '../context.ts'
import { etcFiles } from '../etc/pod-etc-files.ts'
import { errorText } from '../kubelet-error.ts'
import { fullPodName } from '../status/pod-publisher.ts'
import type { PodEntry } from './pod-entry.ts'

const FIRST_MS = 100
const MOST_MS = 10_000
/** A minute or so. */
const REMOVAL_TRIES = 12

/**
 * Removes the pod's containers, mounts and network, and what it has written to the disk, but for its logs; again with back-off
 * until nothing is left.
 */
export const freePod = async (context: KubeletContext, entry: PodEntry): Promise<void> => {
  const { runtime, network, log, clock } = context
  await entry.leaveSandbox(true)
  const ids = [...entry.containers.values()].flatMap(({ id }) => (id === undefined ? [] : [id]))
  for (let failures = 0; ; failures++) {
    try {
      await Promise.all(ids.map((id) => runtime.remove(id)))
      // Also one that was killed.
      if (entry.pod.spec?.shareProcessNamespace) await runtime.remove(holderId(entry.uid))
      await network.detach(entry.uid).catch((error: unknown) => {
        const why = `failed to "KillPodSandbox" for "${entry.uid}" with KillPodSandboxError: ${JSON.stringify(errorText(error))}`
        context.record(entry.pod, 'Warning', 'FailedKillPod', `error killing pod: ${why}`)
        throw error
      })
      await entry.volumes.unmount()
      // It may have filled the disk with these, and been ended for that.
      for (const path of [...etcFiles(entry.dir), messagesFolder(entry.dir)])
        rmSync(path, { recursive: true, force: true })
      return
    } catch (error) {
      log(`pod ${fullPodName(entry.pod)}: cannot be taken down yet`, error)
      await sleep(clock, backoff(failures, FIRST_MS, MOST_MS, Math.random))
    }
  }
}

/**
 * Takes the pod's object out of the API, unless another has taken its name; again with back-off while `wanted` holds.
 */
export const deletePodObject = async (context: KubeletContext, pod: Pod, wanted: () => boolean): Promise<void> => {
  const { client, resources, clock, log } = context
  const { name = '', namespace, uid } = pod.metadata ?? {}
  for (let failures = 0; wanted(); failures++) {
    try {
      await client.delete(resources.pods, name, { namespace, gracePeriodSeconds: 0, preconditions: { uid } })
      return
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return
      log(`pod ${namespace}/${name}: cannot be deleted from the API yet`, error)
      await sleep(clock, backoff(failures, FIRST_MS, MOST_MS, Math.random))
    }
  }
}

/**
 * Takes away what is left of it on the node's disk, its logs too, at once; again with back-off, some times, where it cannot be:
 * what stays then goes when the kubelet starts again. Never rejects.
 */
export const removePodFolders = async (
  { clock, log }: Pick<KubeletContext, 'clock' | 'log'>,
  { dir, logDir, pod }: Pick<PodEntry, 'dir' | 'logDir' | 'pod'>,
): Promise<void> => {
  for (let failures = 0; failures < REMOVAL_TRIES; failures++) {
    try {
      for (const path of [dir, logDir]) rmSync(path, { recursive: true, force: true })
      return
    } catch (error) {
      log(`pod ${fullPodName(pod)}: its files cannot be removed yet`, error)
      await sleep(clock, backoff(failures, FIRST_MS, MOST_MS, Math.random))
    }
  }
}
