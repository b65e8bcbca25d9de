import { field, int64, list, optional, rawExtension, required, string } from '#schema/schema.ts'
import { message, object } from './group.ts'

export class ShardInfo extends message('ShardInfo', {
  selector: required(1, string),
}) {}

export class ListMeta extends message('ListMeta', {
  selfLink: field(1, string),
  resourceVersion: field(2, string),
  continue: field(3, string),
  remainingItemCount: optional(4, int64),
  shardInfo: optional(5, ShardInfo),
}) {}

export class List extends object('v1', 'List', {
  metadata: field(1, ListMeta),
  items: list(2, rawExtension, { always: true }),
}) {}
