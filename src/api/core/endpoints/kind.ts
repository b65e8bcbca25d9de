import { kind } from '#api/catalogue/kind.ts'
import { endpointsColumns } from './columns.ts'
import { defaultEndpoints } from './defaults.ts'
import { endpoints as resource } from './resource.ts'
import { validateEndpointsCreate, validateEndpointsUpdate } from './validate.ts'

export const endpoints = kind({
  resource,
  defaults: defaultEndpoints,
  validate: { create: validateEndpointsCreate, update: validateEndpointsUpdate },
  isCreatedByPut: true,
  columns: endpointsColumns,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  descriptions: () => import('./descriptions.ts'),
})
