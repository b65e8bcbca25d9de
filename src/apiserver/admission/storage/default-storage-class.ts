import { CLASS_ANNOTATION } from '#api/core/persistentvolume/storage.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { isSame } from '#api/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { newestDefault } from '#objects/newest-default.ts'
import { DEFAULT_STORAGE_CLASS_ANNOTATIONS } from '#objects/volume-marks.ts'
import type { Admission } from '../admission.ts'

/** A claim that says in neither way which class it is of is of the one that is marked as the default. */
export const defaultStorageClass: Admission = {
  create({ resource, object, reader }) {
    if (!isSame(resource, persistentVolumeClaims)) return object
    const claim = object as PersistentVolumeClaim
    if (claim.spec?.storageClassName !== undefined) return object
    if (claim.metadata?.annotations?.[CLASS_ANNOTATION] !== undefined) return object
    const chosen = newestDefault(reader.all(storageClasses), DEFAULT_STORAGE_CLASS_ANNOTATIONS)
    if (chosen === undefined) return object
    const classed: PersistentVolumeClaim = {
      ...claim,
      spec: { ...claim.spec, storageClassName: chosen.metadata?.name ?? '' },
    }
    return classed
  },
}
