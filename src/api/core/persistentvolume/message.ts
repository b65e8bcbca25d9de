import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, type Infer, inline, list, map, oneOf, optional, quantity, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { PersistentVolumeAccessMode, PersistentVolumeMode } from '../persistentvolumeclaim/message.ts'
import { NodeSelector } from '../pod/spec/affinity.ts'
import { ObjectReference } from '../references.ts'
import { PersistentVolumeSource } from './sources.ts'

export const PersistentVolumeReclaimPolicy = oneOf('Recycle', 'Delete', 'Retain')
export type PersistentVolumeReclaimPolicy = Infer<typeof PersistentVolumeReclaimPolicy>
const PersistentVolumePhase = oneOf('Pending', 'Available', 'Bound', 'Released', 'Failed')

class VolumeNodeAffinity extends message('VolumeNodeAffinity', {
  required: optional(1, NodeSelector),
}) {}

export class PersistentVolumeSpec extends message('PersistentVolumeSpec', {
  capacity: map(1, quantity),
  persistentVolumeSource: inline(2, PersistentVolumeSource),
  accessModes: list(3, PersistentVolumeAccessMode, { list: 'atomic' }),
  claimRef: optional(4, ObjectReference),
  persistentVolumeReclaimPolicy: field(5, PersistentVolumeReclaimPolicy),
  storageClassName: field(6, string),
  mountOptions: list(7, string, { list: 'atomic' }),
  volumeMode: optional(8, PersistentVolumeMode),
  nodeAffinity: optional(9, VolumeNodeAffinity),
  volumeAttributesClassName: optional(10, string),
}) {}

class PersistentVolumeStatus extends message('PersistentVolumeStatus', {
  phase: field(1, PersistentVolumePhase),
  message: field(2, string),
  reason: field(3, string),
  lastPhaseTransitionTime: optional(4, time),
}) {}

export class PersistentVolume extends object('v1', 'PersistentVolume', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PersistentVolumeSpec),
  status: field(3, PersistentVolumeStatus),
}) {}

export class PersistentVolumeList extends object('v1', 'PersistentVolumeList', {
  metadata: field(1, ListMeta),
  items: list(2, PersistentVolume, { always: true }),
}) {}
