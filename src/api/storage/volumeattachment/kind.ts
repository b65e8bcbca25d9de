import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { volumeAttachmentColumns } from './columns.ts'
import { volumeAttachments } from './resource.ts'
import { validateVolumeAttachmentCreate, validateVolumeAttachmentUpdate } from './validate.ts'

export const volumeAttachment = kind({
  resource: volumeAttachments,
  subresources: { status },
  validate: {
    create: validateVolumeAttachmentCreate,
    update: validateVolumeAttachmentUpdate,
    status: validateVolumeAttachmentUpdate,
  },
  isConditional: true,
  answersDeleted: true,
  isInert: true,
  columns: volumeAttachmentColumns,
})
