import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field } from '#schema/schema.ts'
import { message } from '../group.ts'
import { PodSpec } from './spec/spec.ts'

export class PodTemplateSpec extends message('PodTemplateSpec', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PodSpec),
}) {}
