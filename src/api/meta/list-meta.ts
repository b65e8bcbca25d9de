import { field, int64, optional, required, string } from '#schema/schema.ts'
import { message } from './group.ts'

class ShardInfo extends message('ShardInfo', {
  selector: required(1, string),
}) {}

export class ListMeta extends message('ListMeta', {
  selfLink: field(1, string),
  resourceVersion: field(2, string),
  continue: field(3, string),
  remainingItemCount: optional(4, int64),
  shardInfo: optional(5, ShardInfo),
}) {}
