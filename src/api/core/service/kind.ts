import { kind } from '#api/catalogue/kind.ts'
import { proxy, status } from '#api/catalogue/subresource.ts'
import { serviceColumns } from './columns.ts'
import { defaultService } from './defaults.ts'
import { ServiceProxyOptions } from './message.ts'
import { prepareServiceCreate, prepareServiceUpdate } from './prepare.ts'
import { services } from './resource.ts'
import { validateServiceCreate, validateServiceStatusUpdate, validateServiceUpdate } from './validate/service.ts'
import { serviceWarnings } from './warnings.ts'

export const service = kind({
  resource: services,
  subresources: { proxy: proxy(ServiceProxyOptions), status },
  defaults: defaultService,
  prepare: { create: prepareServiceCreate, update: prepareServiceUpdate },
  validate: { create: validateServiceCreate, update: validateServiceUpdate, status: validateServiceStatusUpdate },
  answersDeleted: true,
  columns: serviceColumns,
  fields: { 'spec.clusterIP': ({ spec }) => spec?.clusterIP, 'spec.type': ({ spec }) => spec?.type },
  warnings: serviceWarnings,
  descriptions: () => import('./descriptions.ts'),
})
