import { kind } from '#api/catalogue/kind.ts'
import { csiNodeColumns } from './columns.ts'
import { csiNodes } from './resource.ts'
import { validateCsiNodeCreate, validateCsiNodeUpdate } from './validate.ts'

export const csiNode = kind({
  resource: csiNodes,
  validate: { create: validateCsiNodeCreate, update: validateCsiNodeUpdate },
  isConditional: true,
  answersDeleted: true,
  isInert: true,
  columns: csiNodeColumns,
})
