import type { Draft } from '#schema/defaulting.ts'
import type { EndpointSlice } from './message.ts'

/** Fills in, in place, what a port means that says no name or no protocol. */
export const defaultEndpointSlice = ({ ports }: Draft<EndpointSlice>): void => {
  for (const port of ports ?? []) {
    port.name ??= ''
    port.protocol ??= 'TCP'
  }
}
