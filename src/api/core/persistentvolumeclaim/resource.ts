import { resource } from '#api/resource.ts'
import { PersistentVolumeClaim, PersistentVolumeClaimList } from './message.ts'

export const persistentVolumeClaims = resource(
  'persistentvolumeclaims',
  PersistentVolumeClaim,
  PersistentVolumeClaimList,
  { shortNames: ['pvc'] },
)
