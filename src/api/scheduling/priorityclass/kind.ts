import { kind } from '#api/catalogue/kind.ts'
import { priorityClassColumns } from './columns.ts'
import { defaultPriorityClass } from './defaults.ts'
import { priorityClasses } from './resource.ts'
import { validatePriorityClassCreate, validatePriorityClassUpdate } from './validate.ts'

export const priorityClass = kind({
  resource: priorityClasses,
  defaults: defaultPriorityClass,
  validate: { create: validatePriorityClassCreate, update: validatePriorityClassUpdate },
  generation: () => 1,
  columns: priorityClassColumns,
})
