import { type Column, column, NAME } from '#api/table/column.ts'
import type { LimitRange } from './message.ts'

export const limitRangeColumns: readonly Column<LimitRange>[] = [
  NAME,
  column('Created At', 'When it was created.', ({ metadata }) => metadata?.creationTimestamp ?? '<unknown>'),
]
