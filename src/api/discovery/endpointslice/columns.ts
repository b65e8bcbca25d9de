import { AGE, type Column, column, firstFew, NAME } from '#api/table/column.ts'
import type { EndpointSlice } from './message.ts'

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
