import { field, int32, list, optional, string } from '#schema/schema.ts'
import { message, object } from './group.ts'
import { ListMeta } from './list-meta.ts'

export class StatusCause extends message('StatusCause', {
  reason: field(1, string),
  message: field(2, string),
  field: field(3, string),
}) {}

export class StatusDetails extends message('StatusDetails', {
  name: field(1, string),
  group: field(2, string),
  kind: field(3, string),
  uid: field(6, string),
  causes: list(4, StatusCause, { list: 'atomic' }),
  retryAfterSeconds: field(5, int32),
}) {}

export class Status extends object('v1', 'Status', {
  metadata: field(1, ListMeta),
  status: field(2, string),
  message: field(3, string),
  reason: field(4, string),
  details: optional(5, StatusDetails),
  code: field(6, int32),
}) {}
