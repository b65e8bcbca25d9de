import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { Namespace } from './message.ts'

export const namespaceColumns: readonly Column<Namespace>[] = [
  NAME,
  column('Status', 'Active, or Terminating while it is emptied.', ({ status }) => status?.phase ?? ''),
  AGE,
]
