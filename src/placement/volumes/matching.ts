import type { Node } from '#api/core/node/message.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { classOf } from '#api/core/persistentvolume/storage.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { byKey, keyOf } from '#objects/object-key.ts'
import { compareQuantities } from '#schema/quantity-sum.ts'
import { matchesTerms } from '../node-affinity.ts'

const sizeOf = ({ spec }: PersistentVolume): string => spec?.capacity?.storage ?? '0'

const askedOf = ({ spec }: PersistentVolumeClaim): string => spec?.resources?.requests?.storage ?? '0'

/** Where a volume may be used: on every node, if it does not say. */
export const admitsNode = ({ spec }: PersistentVolume, node: Node): boolean => {
  const required = spec?.nodeAffinity?.required
  return required === undefined || matchesTerms(required.nodeSelectorTerms, node)
}

/** The volume is kept for this claim: by name, and by its uid once that is known. */
export const isVolumeOf = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean => {
  const reference = spec?.claimRef
  if (reference === undefined) return false
  return (
    reference.name === metadata?.name &&
    reference.namespace === metadata?.namespace &&
    (!reference.uid || reference.uid === metadata?.uid)
  )
}

const isSmaller = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  compareQuantities(sizeOf(volume), askedOf(claim)) < 0

const hasOtherMode = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')

const hasOtherClass = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (classOf(volume) ?? '') !== (classOf(claim) ?? '')

const lacksAccess = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec?.accessModes ?? []).some((mode) => !(volume.spec?.accessModes ?? []).includes(mode))

/** Why a claim cannot have the volume that it names, in Kubernetes' words; undefined where it can. */
export const mismatchOf = (volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined => {
  if (isLeaving(volume)) return `the volume is marked for deletion "${volume.metadata?.name}"`
  if (isSmaller(volume, claim)) return 'requested PV is too small'
  if (hasOtherClass(volume, claim)) return 'storageClassName does not match'
  if (hasOtherMode(volume, claim)) return 'incompatible volumeMode'
  return lacksAccess(volume, claim) ? 'incompatible accessMode' : undefined
}

const isFree = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  volume.status?.phase === 'Available' &&
  volume.spec?.claimRef === undefined &&
  (claim.spec?.selector === undefined || selects(claim.spec.selector, volume.metadata?.labels)) &&
  !hasOtherClass(volume, claim) &&
  !lacksAccess(volume, claim)

/** The smaller first, of those alike the one with fewer ways to use it, then by name. */
const byFit = (left: PersistentVolume, right: PersistentVolume): number =>
  compareQuantities(sizeOf(left), sizeOf(right)) ||
  (left.spec?.accessModes ?? []).length - (right.spec?.accessModes ?? []).length ||
  byKey(left, right)

interface MatchOptions {
  /** It is to be used there; absent: anywhere. */
  readonly node?: Node
  /** Names of volumes that are promised to others. */
  readonly taken?: ReadonlySet<string>
  /** Only what is kept for this very claim: where a scheduler is to choose from the others. */
  readonly keptOnly?: boolean
}

/** The volume that a claim gets of those that are there: what is kept for it, else the smallest that will do. */
export const bestMatch = (
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { node, taken, keptOnly = false }: MatchOptions = {},
): PersistentVolume | undefined => {
  const fits = volumes.filter(
    (volume) =>
      !taken?.has(keyOf(volume)) && !isLeaving(volume) && !isSmaller(volume, claim) && !hasOtherMode(volume, claim),
  )
  const isThere = (volume: PersistentVolume): boolean => node === undefined || admitsNode(volume, node)
  const kept = fits.find((volume) => isVolumeOf(volume, claim))
  if (kept !== undefined) return isThere(kept) ? kept : undefined
  if (keptOnly) return undefined
  return fits.filter((volume) => isFree(volume, claim) && isThere(volume)).sort(byFit)[0]
}
