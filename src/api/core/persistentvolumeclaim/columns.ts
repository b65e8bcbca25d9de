import { AGE, type Column, column, NAME, wide } from '#api/table/column.ts'
import type { PersistentVolumeClaim } from './message.ts'

const SHORT: ReadonlyMap<string, string> = new Map([
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
])
const UNSET = '<unset>'
const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class'

/** In Kubernetes' order, each once. */
const shortModes = (modes: readonly string[] | undefined): string =>
  [...SHORT].flatMap(([mode, short]) => ((modes ?? []).includes(mode) ? [short] : [])).join(',')

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
    spec?.volumeName ? shortModes(status?.accessModes) : '',
  ),
  column(
    'StorageClass',
    'The class that it asks for.',
    ({ metadata, spec }) => metadata?.annotations?.[OLD_CLASS] ?? spec?.storageClassName ?? '',
  ),
  column(
    'VolumeAttributesClass',
    'The attributes that it asks for.',
    ({ spec }) => spec?.volumeAttributesClassName ?? UNSET,
  ),
  AGE,
  wide('VolumeMode', 'Whether it asks for files or for a device.', ({ spec }) => spec?.volumeMode ?? UNSET),
]
