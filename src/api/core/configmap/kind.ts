import { kind } from '#api/catalogue/kind.ts'
import { configMapColumns } from './columns.ts'
import { configMaps } from './resource.ts'
import { validateConfigMapCreate, validateConfigMapUpdate } from './validate.ts'

export const configMap = kind({
  resource: configMaps,
  validate: { create: validateConfigMapCreate, update: validateConfigMapUpdate },
  columns: configMapColumns,
  descriptions: () => import('./descriptions.ts'),
})
