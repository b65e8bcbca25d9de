import { resource } from '#api/resource.ts'
import { EndpointSlice, EndpointSliceList } from './message.ts'

export const endpointSlices = resource('endpointslices', EndpointSlice, EndpointSliceList)
