import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { RuntimeClass } from './message.ts'

export const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  NAME,
  column('Handler', 'What runs its pods, as nodes know it.', ({ handler }) => handler),
  AGE,
]
