import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import { DEFAULT_STORAGE_CLASS_ANNOTATIONS } from '#objects/volume-marks.ts'
import type { StorageClass } from './message.ts'

const name = ({ metadata }: StorageClass): string => {
  const isDefault = DEFAULT_STORAGE_CLASS_ANNOTATIONS.some(
    (annotation) => metadata?.annotations?.[annotation] === 'true',
  )
  return `${metadata?.name ?? ''}${isDefault ? ' (default)' : ''}`
}

export const storageClassColumns: readonly Column<StorageClass>[] = [
  { ...NAME, cell: name },
  column('Provisioner', 'Who makes its volumes.', ({ provisioner }) => provisioner),
  column('ReclaimPolicy', 'What becomes of its volumes.', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  column(
    'VolumeBindingMode',
    'When a claim gets its volume.',
    ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
  ),
  column(
    'AllowVolumeExpansion',
    'Whether its volumes may grow.',
    ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
  ),
  AGE,
]
