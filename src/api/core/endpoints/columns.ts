import { AGE, type Column, column, firstFew, NAME } from '#api/table/column.ts'
import { socketText } from '#net/port-protocol.ts'
import type { Endpoints } from './message.ts'

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
