import { kind } from '#api/catalogue/kind.ts'
import { storageClassColumns } from './columns.ts'
import { defaultStorageClass } from './defaults.ts'
import { storageClasses } from './resource.ts'
import { validateStorageClassCreate, validateStorageClassUpdate } from './validate.ts'

export const storageClass = kind({
  resource: storageClasses,
  defaults: defaultStorageClass,
  validate: { create: validateStorageClassCreate, update: validateStorageClassUpdate },
  answersDeleted: true,
  columns: storageClassColumns,
})
