import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { classOf } from '#api/core/persistentvolume/storage.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { BIND_COMPLETED_ANNOTATION } from '#objects/volume-marks.ts'

/** The claims, volumes and classes that a placement is decided from; undefined for what is not there. */
export interface VolumeState {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined
  volume(name: string): PersistentVolume | undefined
  storageClass(name: string): StorageClass | undefined
  /** All of them. */
  volumes(): readonly PersistentVolume[]
}

interface VolumeObjects {
  readonly claims: readonly PersistentVolumeClaim[]
  readonly volumes: readonly PersistentVolume[]
  readonly classes: readonly StorageClass[]
}

/** The same of objects that were listed. */
export const volumeState = ({ claims, volumes, classes }: VolumeObjects): VolumeState => {
  const byKey = new Map(claims.map((claim) => [keyOf(claim), claim]))
  const volumesByName = new Map(volumes.map((volume) => [keyOf(volume), volume]))
  const classesByName = new Map(classes.map((one) => [keyOf(one), one]))
  return {
    claim: (namespace, name) => byKey.get(objectKey(namespace, name)),
    volume: (name) => volumesByName.get(name),
    storageClass: (name) => classesByName.get(name),
    volumes: () => volumes,
  }
}

/** The claim has its volume, and both say so. */
export const isClaimBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  !!spec?.volumeName && metadata?.annotations?.[BIND_COMPLETED_ANNOTATION] !== undefined

/** The class of a claim; undefined where it has none, or one that is not there. */
export const storageClassOf = (
  claim: PersistentVolumeClaim,
  { storageClass }: Pick<VolumeState, 'storageClass'>,
): StorageClass | undefined => {
  const name = classOf(claim)
  return name ? storageClass(name) : undefined
}

/** A claim of its class gets its volume when a pod that uses it is placed, and not before. */
export const waitsForConsumer = (claim: PersistentVolumeClaim, state: Pick<VolumeState, 'storageClass'>): boolean =>
  storageClassOf(claim, state)?.volumeBindingMode === 'WaitForFirstConsumer'
