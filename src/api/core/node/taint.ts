import { field, type Infer, oneOf, optional, required, string, time } from '#schema/schema.ts'
import { message } from '../group.ts'

export const TaintEffect = oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute')
export type TaintEffect = Infer<typeof TaintEffect>

export class Taint extends message('Taint', {
  key: required(1, string),
  value: field(2, string),
  effect: required(3, TaintEffect),
  timeAdded: optional(4, time),
}) {}
