import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class ComponentCondition extends message('ComponentCondition', {
  type: required(1, string),
  status: required(2, string),
  message: field(3, string),
  error: field(4, string),
}) {}

export class ComponentStatus extends object('v1', 'ComponentStatus', {
  metadata: field(1, ObjectMeta),
  conditions: list(2, ComponentCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ComponentStatusList extends object('v1', 'ComponentStatusList', {
  metadata: field(1, ListMeta),
  items: list(2, ComponentStatus, { always: true }),
}) {}
