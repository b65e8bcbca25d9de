import { LabelSelector } from '#api/meta/label-selector.ts'
import { field, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from './group.ts'

export const FailurePolicyType = oneOf('Ignore', 'Fail')
export const ReinvocationPolicyType = oneOf('Never', 'IfNeeded')

export class ParamKind extends message(
  'ParamKind',
  {
    apiVersion: field(1, string),
    kind: field(2, string),
  },
  { atomic: true },
) {}

export class Variable extends message(
  'Variable',
  {
    name: required(1, string, { proto: 'Name' }),
    expression: required(2, string, { proto: 'Expression' }),
  },
  { atomic: true },
) {}

export class ParamRef extends message(
  'ParamRef',
  {
    name: field(1, string),
    namespace: field(2, string),
    selector: optional(3, LabelSelector),
    parameterNotFoundAction: optional(4, string),
  },
  { atomic: true },
) {}
