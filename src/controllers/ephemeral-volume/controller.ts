import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isAlreadyExists } from '#client/client.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { ephemeralClaims } from './desired.ts'

/** Makes the claims of pods' ephemeral volumes. One of that name that is another's stays: the scheduler says so. */
export const startEphemeralVolumeController = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const podCache = informers.for(pods)
  const claims = informers.for(persistentVolumeClaims)
  podCache.addIndex('claim made', (pod) => ephemeralClaims(pod).map(keyOf))

  const sync = async (key: string): Promise<void> => {
    const pod = podCache.lister.byKey(key)
    for (const claim of pod ? ephemeralClaims(pod) : []) {
      if (claims.lister.byKey(keyOf(claim)) !== undefined) continue
      await client
        .create(persistentVolumeClaims, claim, { namespace: claim.metadata?.namespace })
        .catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error
        })
    }
  }

  const { queue, running } = runLoop(context, 'ephemeral-volume', [podCache, claims], sync)
  const note = (pod: Pod): void => {
    if (pod.spec?.volumes?.some(({ ephemeral }) => ephemeral)) queue.add(keyOf(pod))
  }
  podCache.addHandlers({ onAdd: note, onUpdate: (_, pod) => note(pod) })
  claims.addHandlers({
    // Of another it was in the way, or somebody has deleted it.
    onDelete: (claim) => {
      for (const pod of podCache.lister.byIndex('claim made', keyOf(claim))) queue.add(keyOf(pod))
    },
  })
  return running
}
