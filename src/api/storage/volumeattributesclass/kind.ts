import { kind } from '#api/catalogue/kind.ts'
import { volumeAttributesClassColumns } from './columns.ts'
import { volumeAttributesClasses } from './resource.ts'
import { validateVolumeAttributesClassCreate, validateVolumeAttributesClassUpdate } from './validate.ts'

export const volumeAttributesClass = kind({
  resource: volumeAttributesClasses,
  validate: { create: validateVolumeAttributesClassCreate, update: validateVolumeAttributesClassUpdate },
  answersDeleted: true,
  isInert: true,
  columns: volumeAttributesClassColumns,
})
