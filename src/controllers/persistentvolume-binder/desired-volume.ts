import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { BOUND_BY_CONTROLLER_ANNOTATION, PROVISIONED_BY_ANNOTATION } from '#objects/volume-marks.ts'
import { isVolumeOf } from '#placement/volumes/matching.ts'
import type { Told } from './desired-claim.ts'

type Phase = 'Available' | 'Bound' | 'Released' | 'Failed'

/** What is to be done about a volume. */
type VolumeStep =
  /** Where its claim does not have it yet, it is that one's turn. */
  | { readonly do: 'nothing'; readonly told?: Told }
  | { readonly do: 'phase'; readonly phase: Phase; readonly told?: Told }
  /** Its claim has another one: it is free again, or kept for the claim's name alone where somebody wrote that. */
  | { readonly do: 'unbind'; readonly wholly: boolean }

/** `claimOf`: the claim of that name, whatever its uid. */
export const volumeStep = (
  volume: PersistentVolume,
  claimOf: (namespace: string, name: string) => PersistentVolumeClaim | undefined,
): VolumeStep => {
  const reference = volume.spec?.claimRef
  const current = volume.status?.phase
  const become = (phase: Phase): VolumeStep => (current === phase ? { do: 'nothing' } : { do: 'phase', phase })
  if (reference === undefined) return become('Available')
  // Kept for a claim by its name: it becomes that one's when it comes.
  if (!reference.uid) return become('Available')
  const claim = claimOf(reference.namespace ?? '', reference.name ?? '')
  if (claim === undefined || !isVolumeOf(volume, claim)) return releasedStep(volume)
  if (claim.spec?.volumeName === volume.metadata?.name) return become('Bound')
  if (!claim.spec?.volumeName) return { do: 'nothing', ...mismatch(volume, claim) }
  const isMade = volume.metadata?.annotations?.[PROVISIONED_BY_ANNOTATION] !== undefined
  // Made for a claim that has another by now: nobody will want it.
  if (isMade && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') return releasedStep(volume)
  return { do: 'unbind', wholly: volume.metadata?.annotations?.[BOUND_BY_CONTROLLER_ANNOTATION] !== undefined }
}

const mismatch = (volume: PersistentVolume, claim: PersistentVolumeClaim): { readonly told?: Told } => {
  if ((volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem')) return {}
  const name = claim.metadata?.name
  const message = `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${name}" due to incompatible volumeMode.`
  return { told: { type: 'Warning', reason: 'VolumeMismatch', message } }
}

/** Its claim is gone. What is in it goes by whoever has made it; what people have made, they take away themselves. */
const releasedStep = ({ metadata, spec, status }: PersistentVolume): VolumeStep => {
  const { phase } = status ?? {}
  if (phase === 'Failed') return { do: 'nothing' }
  if (phase !== 'Released') return { do: 'phase', phase: 'Released' }
  const failed = (reason: string, message: string): VolumeStep => ({
    do: 'phase',
    phase: 'Failed',
    told: { type: 'Warning', reason, message },
  })
  switch (spec?.persistentVolumeReclaimPolicy) {
    case 'Delete': {
      if (metadata?.annotations?.[PROVISIONED_BY_ANNOTATION] !== undefined) return { do: 'nothing' }
      const what = `error getting deleter volume plugin for volume "${metadata?.name}": no deletable volume plugin matched`
      return failed('VolumeFailedDelete', what)
    }
    case 'Recycle':
      return failed('VolumeFailedRecycle', 'No recycler plugin found for the volume!')
    default:
      return { do: 'nothing' }
  }
}

/** The volume as it is with its claim, but for its status; undefined where it says so already. */
export const withClaim = (volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume | undefined => {
  const { apiVersion, kind } = claim
  const { namespace, name, uid, resourceVersion } = claim.metadata ?? {}
  if (volume.spec?.claimRef?.uid === uid) return undefined
  const isKept = volume.spec?.claimRef !== undefined
  const annotations = {
    ...volume.metadata?.annotations,
    ...(!isKept && { [BOUND_BY_CONTROLLER_ANNOTATION]: 'yes' }),
  }
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: { ...volume.spec!, claimRef: { apiVersion, kind, namespace, name, uid, resourceVersion } },
  }
}

/** The volume without its claim. */
export const withoutClaim = (volume: PersistentVolume, wholly: boolean): PersistentVolume => {
  const { claimRef, ...spec } = volume.spec!
  const { [BOUND_BY_CONTROLLER_ANNOTATION]: _, ...annotations } = volume.metadata?.annotations ?? {}
  const { uid: __, resourceVersion: ___, ...kept } = claimRef ?? {}
  return {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: wholly ? spec : { ...spec, claimRef: kept },
  }
}
