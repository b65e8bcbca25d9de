import { list, map, required, string } from '#schema/schema.ts'
import { message } from './group.ts'

export class FieldSelectorRequirement extends message('FieldSelectorRequirement', {
  key: required(1, string),
  operator: required(2, string),
  values: list(3, string, { list: 'atomic' }),
}) {}

export class LabelSelectorRequirement extends message('LabelSelectorRequirement', {
  key: required(1, string),
  operator: required(2, string),
  values: list(3, string, { list: 'atomic' }),
}) {}

export class LabelSelector extends message(
  'LabelSelector',
  {
    matchLabels: map(1, string),
    matchExpressions: list(2, LabelSelectorRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}
