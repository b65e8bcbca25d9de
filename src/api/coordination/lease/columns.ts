import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { Lease } from './message.ts'

export const leaseColumns: readonly Column<Lease>[] = [
  NAME,
  column('Holder', 'Who holds it.', ({ spec }) => spec?.holderIdentity ?? ''),
  AGE,
]
