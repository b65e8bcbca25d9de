import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { Secret } from './message.ts'

export const secretColumns: readonly Column<Secret>[] = [
  NAME,
  column('Type', 'What programs use it for.', ({ type }) => type ?? ''),
  column('Data', 'Number of entries.', ({ data }) => Object.keys({ ...data }).length),
  AGE,
]
