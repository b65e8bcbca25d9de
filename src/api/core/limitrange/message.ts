import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, map, quantity, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class LimitRangeItem extends message('LimitRangeItem', {
  type: required(1, string),
  max: map(2, quantity),
  min: map(3, quantity),
  default: map(4, quantity),
  defaultRequest: map(5, quantity),
  maxLimitRequestRatio: map(6, quantity),
}) {}

class LimitRangeSpec extends message('LimitRangeSpec', {
  limits: list(1, LimitRangeItem, { list: 'atomic', always: true }),
}) {}

export class LimitRange extends object('v1', 'LimitRange', {
  metadata: field(1, ObjectMeta),
  spec: field(2, LimitRangeSpec),
}) {}

export class LimitRangeList extends object('v1', 'LimitRangeList', {
  metadata: field(1, ListMeta),
  items: list(2, LimitRange, { always: true }),
}) {}
