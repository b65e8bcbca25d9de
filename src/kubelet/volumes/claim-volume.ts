import { statSync } from 'node:fs'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isControlledBy } from '#objects/owner-reference.ts'
import { admitsNode } from '#placement/volumes/matching.ts'
import { podClaims } from '#placement/volumes/pod-claims.ts'
import { isClaimBound } from '#placement/volumes/volume-state.ts'
import type { KubeletContext } from '../context.ts'
import { HOST_ACCESS_REFUSED } from '../host-access.ts'
import { KubeletError } from '../kubelet-error.ts'
import { isLocalFolder } from '../local-volumes/local-folder.ts'
import { openHostPath } from './host-path.ts'

/** What a claim of a pod leads to on this node's disk. */
export interface ClaimedFolder {
  readonly path: string
  /** Its files may be given to the pod's group: not so of a path that people named. */
  readonly isShared: boolean
}

type Context = Pick<
  KubeletContext,
  'client' | 'resources' | 'neighbours' | 'self' | 'stateDir' | 'hostAccess' | 'machinePath'
>

export const isClaimVolume = (volume: Volume): boolean =>
  (volume.persistentVolumeClaim ?? volume.ephemeral) !== undefined

/** The folder behind a claim of a pod. Throws REFERENCE_NOT_FOUND, or VOLUME_INVALID for what cannot be used here, or yet. */
export const findClaimedFolder = async (context: Context, pod: Pod, { name }: Volume): Promise<ClaimedFolder> => {
  const { claim: claimName, isEphemeral } = podClaims(pod).find(({ volume }) => volume === name)!
  const { namespace = '' } = pod.metadata ?? {}
  const at = `volume "${name}"`
  const fail = (why: string, code: 'VOLUME_INVALID' | 'REFERENCE_NOT_FOUND' = 'VOLUME_INVALID'): never => {
    throw new KubeletError(code, `${at}: error processing PVC ${namespace}/${claimName}: ${why}`)
  }
  const { claims, volumes } = context.resources
  const missing = (what: string) => (error: unknown) => {
    if (!isNotFound(error)) throw error
    return fail(`failed to fetch ${what}`, 'REFERENCE_NOT_FOUND')
  }
  const claim = await context.client
    .get(claims, claimName, { namespace })
    .catch(missing(`PVC from API server: persistentvolumeclaims "${claimName}" not found`))
  if (isEphemeral && !isControlledBy(claim, pod))
    fail(`PVC ${namespace}/${claimName} was not created for pod ${namespace}/${pod.metadata?.name} (pod is not owner)`)
  if (isLeaving(claim)) fail('PVC is being deleted')
  if (!isClaimBound(claim) || claim.status?.phase !== 'Bound') fail('PVC is not bound')
  const volumeName = claim.spec?.volumeName ?? ''
  const volume = await context.client
    .get(volumes, volumeName)
    .catch(missing(`PV ${volumeName} from API server: persistentvolumes "${volumeName}" not found`))
  // By its uid: what is kept for a name alone is nobody's yet.
  if (volume.spec?.claimRef?.uid !== claim.metadata?.uid) fail(`PV ${volumeName} is bound to another claim`)
  if (isTakenByAnother(context, pod, claim))
    fail('volume uses the ReadWriteOncePod access mode and is already in use by another pod')
  if (!admitsNode(volume, context.self())) fail(`PV ${volumeName}: no matching NodeSelectorTerms`)
  if (volume.spec?.volumeMode === 'Block') fail('block devices are not supported: use volumeMode Filesystem')
  if ((volume.spec?.mountOptions ?? []).length > 0)
    fail(`PV ${volumeName}: mount options are not supported for volumes of this type: leave them out`)
  return folderOf(context, volume, at, fail)
}

const isTakenByAnother = ({ neighbours }: Context, pod: Pod, { metadata, spec }: PersistentVolumeClaim): boolean =>
  (spec?.accessModes ?? []).includes('ReadWriteOncePod') &&
  neighbours().some(
    (other) =>
      other.metadata?.uid !== pod.metadata?.uid &&
      other.metadata?.namespace === metadata?.namespace &&
      podClaims(other).some(({ claim }) => claim === metadata?.name) &&
      comesFirst(other, pod),
  )

/** Of two that want the same at once one has to have it: who runs, or else who is older. */
const comesFirst = (other: Pod, pod: Pod): boolean => {
  if (other.status?.phase === 'Running') return true
  const ageOf = ({ metadata }: Pod): string => `${metadata?.creationTimestamp} ${metadata?.uid}`
  return ageOf(other) < ageOf(pod)
}

const folderOf = (
  { stateDir, hostAccess, machinePath }: Context,
  volume: PersistentVolume,
  at: string,
  fail: (why: string) => never,
): ClaimedFolder => {
  const { hostPath, local } = volume.spec ?? {}
  const isOurs = isLocalFolder(stateDir, volume)
  // Whoever names a path, in a pod or in a volume: it is the machine's, but for the folders that we make.
  if (!hostAccess && !isOurs && (hostPath ?? local))
    fail(`PV ${volume.metadata?.name}: ${hostPath ? 'hostPath' : 'local'}: ${HOST_ACCESS_REFUSED}`)
  if (hostPath) return { path: openHostPath(at, hostPath, { machinePath }), isShared: false }
  if (local === undefined)
    return fail(`PV ${volume.metadata?.name}: volumes of this type are not supported: use local or hostPath`)
  if (!isOurs)
    return { path: openHostPath(at, { path: local.path, type: 'Directory' }, { machinePath }), isShared: true }
  if (!statSync(local.path, { throwIfNoEntry: false })?.isDirectory()) fail(`path "${local.path}" does not exist`)
  return { path: local.path, isShared: true }
}
