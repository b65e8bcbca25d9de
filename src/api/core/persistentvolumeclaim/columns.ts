import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import { accessText, classOf } from '../persistentvolume/storage.ts'
import type { PersistentVolumeClaim } from './message.ts'

const UNSET = '<unset>'

export const claimColumns: readonly Column<PersistentVolumeClaim>[] = [
  NAME,
  column('Status', 'How far the claim is.', ({ metadata, status }) =>
    metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
  ),
  column('Volume', 'The volume that it has.', ({ spec }) => spec?.volumeName ?? ''),
  column('Capacity', 'How much the volume holds.', ({ spec, status }) =>
    spec?.volumeName ? (status?.capacity?.storage ?? '0') : '',
  ),
  column('Access Modes', 'In what ways the volume can be used.', ({ spec, status }) =>
    spec?.volumeName ? accessText(status?.accessModes) : '',
  ),
  column('StorageClass', 'The class that it asks for.', (claim) => classOf(claim) ?? ''),
  column(
    'VolumeAttributesClass',
    'The attributes that it asks for.',
    ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  ),
  AGE,
  wide('VolumeMode', 'Whether it asks for files or for a device.', ({ spec }) => spec?.volumeMode ?? UNSET),
]
