import { field, required, string } from '#schema/schema.ts'
import { message } from './group.ts'

export class Subject extends message(
  'Subject',
  {
    kind: required(1, string),
    apiGroup: field(2, string),
    name: required(3, string),
    namespace: field(4, string),
  },
  { atomic: true },
) {}

export class RoleRef extends message(
  'RoleRef',
  {
    apiGroup: required(1, string, { optional: true }),
    kind: required(2, string),
    name: required(3, string),
  },
  { atomic: true },
) {}
