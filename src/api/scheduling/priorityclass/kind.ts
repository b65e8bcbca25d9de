import { kind } from '#api/catalogue/kind.ts'
import { priorityClassColumns } from './columns.ts'
import { defaultPriorityClass } from './defaults.ts'
import { priorityClasses } from './resource.ts'

export const priorityClass = kind({
  resource: priorityClasses,
  defaults: defaultPriorityClass,
  generation: () => 1,
  columns: priorityClassColumns,
})
