import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { CSINode } from './message.ts'

export const csiNodeColumns: readonly Column<CSINode>[] = [
  NAME,
  column('Drivers', 'How many drivers of volumes it has.', ({ spec }) => spec?.drivers?.length ?? 0, 'integer'),
  AGE,
]
