import { kind } from '#api/catalogue/kind.ts'
import { endpointSliceColumns } from './columns.ts'
import { defaultEndpointSlice } from './defaults.ts'
import type { EndpointSlice } from './message.ts'
import { endpointSlices } from './resource.ts'
import { validateEndpointSliceCreate, validateEndpointSliceUpdate } from './validate.ts'

/** All of it but what the server itself counts. */
const content = (slice: EndpointSlice): unknown => {
  const { resourceVersion: _, generation: __, managedFields: ___, ...metadata } = slice.metadata ?? {}
  return { ...slice, metadata }
}

export const endpointSlice = kind({
  resource: endpointSlices,
  defaults: defaultEndpointSlice,
  validate: { create: validateEndpointSliceCreate, update: validateEndpointSliceUpdate },
  generation: content,
  columns: endpointSliceColumns,
  descriptions: () => import('./descriptions.ts'),
})
