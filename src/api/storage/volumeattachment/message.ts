import { PersistentVolumeSpec } from '#api/core/persistentvolume/message.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, list, map, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class VolumeAttachmentSource extends message('VolumeAttachmentSource', {
  persistentVolumeName: optional(1, string),
  inlineVolumeSpec: optional(2, PersistentVolumeSpec),
}) {}

class VolumeAttachmentSpec extends message('VolumeAttachmentSpec', {
  attacher: required(1, string),
  source: required(2, VolumeAttachmentSource),
  nodeName: required(3, string),
}) {}

class VolumeError extends message('VolumeError', {
  time: field(1, time),
  message: field(2, string),
  errorCode: optional(3, int32),
}) {}

class VolumeAttachmentStatus extends message('VolumeAttachmentStatus', {
  attached: required(1, bool),
  attachmentMetadata: map(2, string),
  attachError: optional(3, VolumeError),
  detachError: optional(4, VolumeError),
}) {}

export class VolumeAttachment extends object('storage.k8s.io/v1', 'VolumeAttachment', {
  metadata: field(1, ObjectMeta),
  spec: required(2, VolumeAttachmentSpec),
  status: field(3, VolumeAttachmentStatus),
}) {}

export class VolumeAttachmentList extends object('storage.k8s.io/v1', 'VolumeAttachmentList', {
  metadata: field(1, ListMeta),
  items: list(2, VolumeAttachment, { always: true }),
}) {}
