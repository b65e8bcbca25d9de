import { kind } from '#api/catalogue/kind.ts'
import { runtimeClassColumns } from './columns.ts'
import { runtimeClasses } from './resource.ts'

export const runtimeClass = kind({
  resource: runtimeClasses,
  isConditional: true,
  columns: runtimeClassColumns,
})
