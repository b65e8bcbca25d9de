import { VOLUME_PROTECTION } from '#api/core/persistentvolume/protection.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { CLAIM_PROTECTION } from '#api/core/persistentvolumeclaim/protection.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import type { Admission } from '../admission.ts'

const finalizerOf = (resource: Resource): string | undefined => {
  if (isSame(resource, persistentVolumeClaims)) return CLAIM_PROTECTION
  return isSame(resource, persistentVolumes) ? VOLUME_PROTECTION : undefined
}

/** A claim that a pod uses, and a volume that a claim has, stay until they are let go. */
export const inUseProtection: Admission = {
  create({ resource, object }): ApiObject {
    const finalizer = finalizerOf(resource)
    const { finalizers = [] } = object.metadata ?? {}
    if (finalizer === undefined || finalizers.includes(finalizer)) return object
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } }
  },
}
