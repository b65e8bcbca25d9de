import { kind } from '#api/catalogue/kind.ts'
import { csiDriverColumns } from './columns.ts'
import { defaultCsiDriver } from './defaults.ts'
import { prepareCsiDriverCreate, prepareCsiDriverUpdate } from './prepare.ts'
import { csiDrivers } from './resource.ts'
import { validateCsiDriverCreate, validateCsiDriverUpdate } from './validate.ts'

export const csiDriver = kind({
  resource: csiDrivers,
  defaults: defaultCsiDriver,
  prepare: { create: prepareCsiDriverCreate, update: prepareCsiDriverUpdate },
  validate: { create: validateCsiDriverCreate, update: validateCsiDriverUpdate },
  isConditional: true,
  answersDeleted: true,
  isInert: true,
  columns: csiDriverColumns,
})
