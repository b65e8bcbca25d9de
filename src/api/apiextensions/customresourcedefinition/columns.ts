import { type Column, column, NAME } from '#api/table/column.ts'
import type { CustomResourceDefinition } from './message.ts'

export const definitionColumns: readonly Column<CustomResourceDefinition>[] = [
  NAME,
  column('Created At', 'When it was created.', ({ metadata }) => metadata?.creationTimestamp ?? '', 'date'),
]
