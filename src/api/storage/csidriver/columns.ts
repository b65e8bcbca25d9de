import { AGE, type Column, column, NAME, orNone } from '#api/table/column.ts'
import type { CSIDriver } from './message.ts'

export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  NAME,
  column(
    'AttachRequired',
    'Whether a volume is attached before it is mounted.',
    ({ spec }) => spec.attachRequired ?? true,
    'boolean',
  ),
  column(
    'PodInfoOnMount',
    'Whether it is told for which pod it mounts.',
    ({ spec }) => spec.podInfoOnMount ?? false,
    'boolean',
  ),
  column('StorageCapacity', 'Whether it says how much it has.', ({ spec }) => spec.storageCapacity ?? false, 'boolean'),
  column(
    'TokenRequests',
    'For whom it is given tokens.',
    ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') ?? '<unset>',
  ),
  column(
    'RequiresRepublish',
    'Whether it is asked again and again.',
    ({ spec }) => spec.requiresRepublish ?? false,
    'boolean',
  ),
  column('Modes', 'How long its volumes live.', ({ spec }) => orNone(spec.volumeLifecycleModes?.join(','))),
  AGE,
]
