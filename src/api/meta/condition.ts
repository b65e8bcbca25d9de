import { field, int64, required, string, time } from '#schema/schema.ts'
import { message } from './group.ts'

export class Condition extends message('Condition', {
  type: required(1, string),
  status: required(2, string),
  observedGeneration: field(3, int64),
  lastTransitionTime: required(4, time),
  reason: required(5, string),
  message: required(6, string),
}) {}
