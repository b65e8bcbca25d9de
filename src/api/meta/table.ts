import { field, int32, list, optional, rawExtension, required, string } from '#schema/schema.ts'
import { message, object } from './group.ts'
import { ListMeta } from './list-meta.ts'

export class TableColumnDefinition extends message('TableColumnDefinition', {
  name: required(1, string),
  type: required(2, string),
  format: required(3, string),
  description: required(4, string),
  priority: required(5, int32),
}) {}

export class TableRowCondition extends message('TableRowCondition', {
  type: required(1, string),
  status: required(2, string),
  reason: field(3, string),
  message: field(4, string),
}) {}

export class TableRow extends message('TableRow', {
  cells: list(1, rawExtension, { list: 'atomic', always: true }),
  conditions: list(2, TableRowCondition, { list: 'atomic' }),
  object: optional(3, rawExtension),
}) {}

/** JSON alone: Kubernetes gives tables no protobuf form, and the numbers here go on no wire. */
export class Table extends object('meta.k8s.io/v1', 'Table', {
  metadata: field(1, ListMeta),
  columnDefinitions: list(2, TableColumnDefinition, { list: 'atomic', always: true }),
  rows: list(3, TableRow, { list: 'atomic', always: true }),
}) {}
