import type { Draft } from '#schema/defaulting.ts'
import type { StorageClass } from './message.ts'

export const defaultStorageClass = (storageClass: Draft<StorageClass>): void => {
  storageClass.reclaimPolicy ??= 'Delete'
  storageClass.volumeBindingMode ??= 'Immediate'
}
