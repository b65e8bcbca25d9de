import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class VolumeNodeResources extends message('VolumeNodeResources', { count: optional(1, int32) }) {}

class CSINodeDriver extends message('CSINodeDriver', {
  name: required(1, string),
  nodeID: required(2, string),
  topologyKeys: list(3, string, { always: true, list: 'atomic' }),
  allocatable: optional(4, VolumeNodeResources),
}) {}

class CSINodeSpec extends message('CSINodeSpec', {
  drivers: list(1, CSINodeDriver, { always: true, keys: ['name'], patch: 'merge', patchKey: 'name' }),
}) {}

export class CSINode extends object('storage.k8s.io/v1', 'CSINode', {
  metadata: field(1, ObjectMeta),
  spec: field(2, CSINodeSpec),
}) {}

export class CSINodeList extends object('storage.k8s.io/v1', 'CSINodeList', {
  metadata: field(1, ListMeta),
  items: list(2, CSINode, { always: true }),
}) {}
