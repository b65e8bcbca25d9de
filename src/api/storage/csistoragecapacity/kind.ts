import { kind } from '#api/catalogue/kind.ts'
import { csiStorageCapacityColumns } from './columns.ts'
import { csiStorageCapacities } from './resource.ts'
import { validateCsiStorageCapacityCreate, validateCsiStorageCapacityUpdate } from './validate.ts'

export const csiStorageCapacity = kind({
  resource: csiStorageCapacities,
  validate: { create: validateCsiStorageCapacityCreate, update: validateCsiStorageCapacityUpdate },
  isConditional: true,
  isInert: true,
  columns: csiStorageCapacityColumns,
})
