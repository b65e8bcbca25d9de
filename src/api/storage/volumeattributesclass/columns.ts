import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { VolumeAttributesClass } from './message.ts'

export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  NAME,
  column('DriverName', 'The driver that knows what the parameters mean.', ({ driverName }) => driverName),
  AGE,
]
