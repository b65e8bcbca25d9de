import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { ConfigMap } from './message.ts'

export const configMapColumns: readonly Column<ConfigMap>[] = [
  NAME,
  column(
    'Data',
    'Number of entries.',
    ({ data, binaryData }) => Object.keys({ ...data }).length + Object.keys({ ...binaryData }).length,
  ),
  AGE,
]
