import { resource } from '#api/resource.ts'
import { PersistentVolume, PersistentVolumeList } from './message.ts'

export const persistentVolumes = resource('persistentvolumes', PersistentVolume, PersistentVolumeList, {
  shortNames: ['pv'],
  namespaced: false,
})
