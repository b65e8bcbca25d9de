import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { isSame } from '#api/resource.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { compareQuantities } from '#schema/quantity-sum.ts'
import { forbidden } from '../../errors.ts'
import { type Admission, nameOf } from '../admission.ts'

const sizeOf = ({ spec }: PersistentVolumeClaim): string => spec?.resources?.requests?.storage ?? '0'

/** A claim grows only when it has its volume, and where its class lets it. */
export const claimResize: Admission = {
  checkUpdate({ resource, object, previous, subresource, reader }) {
    if (!isSame(resource, persistentVolumeClaims) || subresource !== '') return
    const [claim, old] = [object as PersistentVolumeClaim, previous as PersistentVolumeClaim]
    if (compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return
    const refuse = (why: string) => forbidden(resource, nameOf(claim), why)
    if (old.status?.phase !== 'Bound') throw refuse('Only bound persistent volume claims can be expanded')
    const name = claim.spec?.storageClassName ?? ''
    const found = name === '' ? undefined : (reader.find(storageClasses, undefined, name) as StorageClass | undefined)
    if (found?.allowVolumeExpansion === true) return
    throw refuse(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    )
  },
}
