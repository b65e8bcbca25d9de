import { kind } from '#api/catalogue/kind.ts'
import { runtimeClassColumns } from './columns.ts'
import { runtimeClasses } from './resource.ts'
import { validateRuntimeClassCreate, validateRuntimeClassUpdate } from './validate.ts'

export const runtimeClass = kind({
  resource: runtimeClasses,
  validate: { create: validateRuntimeClassCreate, update: validateRuntimeClassUpdate },
  isConditional: true,
  columns: runtimeClassColumns,
})
