import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { apiServiceColumns } from './columns.ts'
import { defaultApiService } from './defaults.ts'
import { prepareApiServiceCreate } from './prepare.ts'
import { apiServices } from './resource.ts'
import { validateApiServiceCreate, validateApiServiceUpdate } from './validate.ts'
import { apiServiceWarnings } from './warnings.ts'

export const apiService = kind({
  resource: apiServices,
  subresources: { status },
  defaults: defaultApiService,
  prepare: { create: prepareApiServiceCreate },
  validate: { create: validateApiServiceCreate, update: validateApiServiceUpdate },
  isConditional: true,
  columns: apiServiceColumns,
  warnings: apiServiceWarnings,
  descriptions: () => import('./descriptions.ts'),
})
