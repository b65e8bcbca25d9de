import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { StorageClass } from './message.ts'

const DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

const name = ({ metadata }: StorageClass): string => {
  const isDefault = DEFAULT.some((annotation) => metadata?.annotations?.[annotation] === 'true')
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
