import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, oneOf, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const NamespacePhase = oneOf('Active', 'Terminating')

class NamespaceSpec extends message('NamespaceSpec', {
  finalizers: list(1, string, { list: 'atomic' }),
}) {}

export class NamespaceCondition extends message('NamespaceCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

export class NamespaceStatus extends message('NamespaceStatus', {
  phase: field(1, NamespacePhase),
  conditions: list(2, NamespaceCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class Namespace extends object('v1', 'Namespace', {
  metadata: field(1, ObjectMeta),
  spec: field(2, NamespaceSpec),
  status: field(3, NamespaceStatus),
}) {}

export class NamespaceList extends object('v1', 'NamespaceList', {
  metadata: field(1, ListMeta),
  items: list(2, Namespace, { always: true }),
}) {}
