import { resource } from '#api/resource.ts'
import { VolumeAttributesClass, VolumeAttributesClassList } from './message.ts'

export const volumeAttributesClasses = resource(
  'volumeattributesclasses',
  VolumeAttributesClass,
  VolumeAttributesClassList,
  { shortNames: ['vac'], namespaced: false },
)
