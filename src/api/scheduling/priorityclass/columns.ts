import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { PriorityClass } from './message.ts'

export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  NAME,
  column('Value', 'Who has more goes first.', ({ value }) => value, 'integer'),
  column(
    'Global-Default',
    'Whether pods have it that name none.',
    ({ globalDefault }) => globalDefault === true,
    'boolean',
  ),
  AGE,
  column('PreemptionPolicy', 'Whether others make room for it.', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
]
