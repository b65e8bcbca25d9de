import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import type { PersistentVolume } from './message.ts'
import { accessText, classOf } from './storage.ts'

export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  NAME,
  column('Capacity', 'How much it holds.', ({ spec }) => spec?.capacity?.storage ?? '0'),
  column('Access Modes', 'Who may mount it.', ({ spec }) => accessText(spec?.accessModes)),
  column(
    'Reclaim Policy',
    'What becomes of it when its claim is gone.',
    ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
  ),
  column('Status', 'Whether it is bound.', ({ metadata, status }) =>
    metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
  ),
  column('Claim', 'The claim that it is bound to.', ({ spec }) =>
    spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
  ),
  column('StorageClass', 'Its class.', (volume) => classOf(volume) ?? ''),
  column(
    'VolumeAttributesClass',
    'The class of its attributes.',
    ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
  ),
  column('Reason', 'Why it is as it is.', ({ status }) => status?.reason ?? ''),
  AGE,
  wide('VolumeMode', 'A file system, or a block device.', ({ spec }) => spec?.volumeMode ?? '<unset>'),
]
