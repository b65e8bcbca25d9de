import { resource } from '#api/resource.ts'
import { VolumeAttachment, VolumeAttachmentList } from './message.ts'

export const volumeAttachments = resource('volumeattachments', VolumeAttachment, VolumeAttachmentList, {
  namespaced: false,
})
