import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list } from '#schema/schema.ts'
import { object } from '../group.ts'
import { PodTemplateSpec } from '../pod/template.ts'

export class PodTemplate extends object('v1', 'PodTemplate', {
  metadata: field(1, ObjectMeta),
  template: field(2, PodTemplateSpec),
}) {}

export class PodTemplateList extends object('v1', 'PodTemplateList', {
  metadata: field(1, ListMeta),
  items: list(2, PodTemplate, { always: true }),
}) {}
