import type { Endpoints } from '#api/core/endpoints/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { socketText } from '#net/port-protocol.ts'
import { AGE, type Column, column, firstFew, NAME } from '../column.ts'

export const endpointsColumns: readonly Column<Endpoints>[] = [
  NAME,
  column('Endpoints', 'Addresses and ports that are ready.', ({ subsets }) =>
    firstFew(
      (subsets ?? []).flatMap(({ addresses, ports }) =>
        (ports ?? []).length === 0
          ? (addresses ?? []).map(({ ip }) => ip)
          : (ports ?? []).flatMap(({ port }) => (addresses ?? []).map(({ ip }) => socketText(ip, port))),
      ),
      '<none>',
    ),
  ),
  AGE,
]

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  NAME,
  column('AddressType', 'Kind of the addresses.', ({ addressType }) => addressType),
  column('Ports', 'Port numbers.', ({ ports }) =>
    firstFew(
      (ports ?? []).map(({ port }) => (port === undefined ? '*' : `${port}`)),
      '<unset>',
    ),
  ),
  column('Endpoints', 'Addresses.', ({ endpoints }) =>
    firstFew(
      (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
      '<unset>',
    ),
  ),
  AGE,
]
