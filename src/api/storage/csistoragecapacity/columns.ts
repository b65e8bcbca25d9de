import { type Column, column, NAME } from '#api/table/column.ts'
import type { CSIStorageCapacity } from './message.ts'

export const csiStorageCapacityColumns: readonly Column<CSIStorageCapacity>[] = [
  NAME,
  column('StorageClassName', 'The class of the volumes that it is for.', ({ storageClassName }) => storageClassName),
  column('Capacity', 'How much there is.', ({ capacity }) => capacity ?? '<unset>'),
]
