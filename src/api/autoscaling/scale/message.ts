import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class ScaleSpec extends message('ScaleSpec', {
  replicas: field(1, int32, { default: 0 }),
}) {}

class ScaleStatus extends message('ScaleStatus', {
  replicas: required(1, int32),
  selector: field(2, string),
}) {}

export class Scale extends object('autoscaling/v1', 'Scale', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ScaleSpec),
  status: field(3, ScaleStatus),
}) {}
