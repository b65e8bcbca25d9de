import { VOLUME_PROTECTION } from '#api/core/persistentvolume/protection.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { CLAIM_PROTECTION } from '#api/core/persistentvolumeclaim/protection.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { podClaims } from '#placement/volumes/pod-claims.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { isClaimFree, isVolumeFree } from './desired.ts'

const CLAIM = 'claim:'
const VOLUME = 'volume:'

/** Lets claims go that no pod uses any more, and volumes that no claim has. */
export const startStorageProtection = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const claims = informers.for(persistentVolumeClaims)
  const volumes = informers.for(persistentVolumes)
  const users = informers.for(pods)
  const keysOf = (pod: Pod): readonly string[] =>
    podClaims(pod).map(({ claim }) => objectKey(pod.metadata?.namespace, claim))
  users.addIndex('claim', keysOf)

  const free = async <T extends ApiObject>(resource: Resource<T>, object: T, finalizer: string): Promise<void> => {
    const finalizers = (object.metadata?.finalizers ?? []).filter((one) => one !== finalizer)
    await client.update(resource, { ...object, metadata: { ...object.metadata, finalizers } })
  }
  const isHeld = (object: ApiObject, finalizer: string): boolean =>
    isLeaving(object) && (object.metadata?.finalizers ?? []).includes(finalizer)

  const sync = async (key: string): Promise<void> => {
    if (key.startsWith(VOLUME)) {
      const volume = volumes.lister.byKey(key.slice(VOLUME.length))
      if (volume && isHeld(volume, VOLUME_PROTECTION) && isVolumeFree(volume))
        await free(persistentVolumes, volume, VOLUME_PROTECTION)
      return
    }
    const own = key.slice(CLAIM.length)
    const claim = claims.lister.byKey(own)
    if (claim && isHeld(claim, CLAIM_PROTECTION) && isClaimFree(users.lister.byIndex('claim', own)))
      await free(persistentVolumeClaims, claim, CLAIM_PROTECTION)
  }

  const { queue, running } = runLoop(context, 'storage-protection', [claims, volumes, users], sync)
  const note = (prefix: string) => (object: ApiObject) => {
    if (isLeaving(object)) queue.add(`${prefix}${keyOf(object)}`)
  }
  claims.addHandlers({ onAdd: note(CLAIM), onUpdate: (_, claim) => note(CLAIM)(claim) })
  volumes.addHandlers({ onAdd: note(VOLUME), onUpdate: (_, volume) => note(VOLUME)(volume) })
  users.addHandlers(
    onAny((pod) => {
      for (const key of keysOf(pod)) {
        const claim = claims.lister.byKey(key)
        if (claim && isLeaving(claim)) queue.add(`${CLAIM}${key}`)
      }
    }),
  )
  return running
}
