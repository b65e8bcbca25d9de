import { resource } from '#api/resource.ts'
import { StorageClass, StorageClassList } from './message.ts'

export const storageClasses = resource('storageclasses', StorageClass, StorageClassList, {
  shortNames: ['sc'],
  namespaced: false,
})
