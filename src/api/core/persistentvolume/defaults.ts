import type { Draft } from '#schema/defaulting.ts'
import type { PersistentVolume } from './message.ts'

export const defaultPersistentVolume = (volume: Draft<PersistentVolume>): void => {
  volume.status ??= {}
  volume.status.phase ||= 'Pending'
  volume.spec ??= {}
  volume.spec.persistentVolumeReclaimPolicy ||= 'Retain'
  volume.spec.volumeMode ??= 'Filesystem'
  if (volume.spec.hostPath) volume.spec.hostPath.type ??= ''
}
