import type { Draft } from '#schema/defaulting.ts'
import type { PersistentVolume } from './message.ts'

/** It waits from the moment of its creation. */
export const preparePersistentVolumeCreate = (volume: Draft<PersistentVolume>): void => {
  const since = volume.metadata?.creationTimestamp
  volume.status = { phase: 'Pending', ...(since !== undefined && { lastPhaseTransitionTime: since }) }
}
