import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { VolumeAttachment } from './message.ts'

export const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  NAME,
  column('Attacher', 'The driver that attaches it.', ({ spec }) => spec.attacher),
  column('PV', 'The volume.', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  column('Node', 'The node that it is attached to.', ({ spec }) => spec.nodeName),
  column('Attached', 'Whether it is attached.', ({ status }) => status?.attached ?? false, 'boolean'),
  AGE,
]
