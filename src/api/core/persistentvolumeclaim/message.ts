import { LabelSelector } from '#api/meta/label-selector.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, type Infer, list, map, oneOf, optional, quantity, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { TypedLocalObjectReference, TypedObjectReference } from '../references.ts'

export const PersistentVolumeAccessMode = oneOf('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod')
export type PersistentVolumeAccessMode = Infer<typeof PersistentVolumeAccessMode>
export const PersistentVolumeMode = oneOf('Block', 'Filesystem')
export type PersistentVolumeMode = Infer<typeof PersistentVolumeMode>
const PersistentVolumeClaimModifyVolumeStatus = oneOf('Pending', 'InProgress', 'Infeasible')
const PersistentVolumeClaimPhase = oneOf('Pending', 'Bound', 'Lost')
const ClaimResourceStatus = oneOf(
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizePending',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
)

class VolumeResourceRequirements extends message('VolumeResourceRequirements', {
  limits: map(1, quantity),
  requests: map(2, quantity),
}) {}

export class PersistentVolumeClaimSpec extends message('PersistentVolumeClaimSpec', {
  accessModes: list(1, PersistentVolumeAccessMode, { list: 'atomic' }),
  selector: optional(4, LabelSelector),
  resources: field(2, VolumeResourceRequirements),
  volumeName: field(3, string),
  storageClassName: optional(5, string),
  volumeMode: optional(6, PersistentVolumeMode),
  dataSource: optional(7, TypedLocalObjectReference),
  dataSourceRef: optional(8, TypedObjectReference),
  volumeAttributesClassName: optional(9, string),
}) {}

class ModifyVolumeStatus extends message('ModifyVolumeStatus', {
  targetVolumeAttributesClassName: field(1, string),
  status: required(2, PersistentVolumeClaimModifyVolumeStatus),
}) {}

class PersistentVolumeClaimCondition extends message('PersistentVolumeClaimCondition', {
  type: required(1, string),
  status: required(2, string),
  lastProbeTime: field(3, time),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

class PersistentVolumeClaimStatus extends message('PersistentVolumeClaimStatus', {
  phase: field(1, PersistentVolumeClaimPhase),
  accessModes: list(2, PersistentVolumeAccessMode, { list: 'atomic' }),
  capacity: map(3, quantity),
  conditions: list(4, PersistentVolumeClaimCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  allocatedResources: map(5, quantity),
  allocatedResourceStatuses: map(7, ClaimResourceStatus, { granular: true }),
  currentVolumeAttributesClassName: optional(8, string),
  modifyVolumeStatus: optional(9, ModifyVolumeStatus),
}) {}

export class PersistentVolumeClaim extends object('v1', 'PersistentVolumeClaim', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PersistentVolumeClaimSpec),
  status: field(3, PersistentVolumeClaimStatus),
}) {}

export class PersistentVolumeClaimList extends object('v1', 'PersistentVolumeClaimList', {
  metadata: field(1, ListMeta),
  items: list(2, PersistentVolumeClaim, { always: true }),
}) {}
