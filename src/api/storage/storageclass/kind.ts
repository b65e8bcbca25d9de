import { kind } from '#api/catalogue/kind.ts'
import { storageClassColumns } from './columns.ts'
import { defaultStorageClass } from './defaults.ts'
import { storageClasses } from './resource.ts'

export const storageClass = kind({
  resource: storageClasses,
  defaults: defaultStorageClass,
  answersDeleted: true,
  isInert: true,
  columns: storageClassColumns,
})
