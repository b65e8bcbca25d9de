import { list, required, string } from '#schema/schema.ts'
import { message } from './group.ts'

class TopologySelectorLabelRequirement extends message('TopologySelectorLabelRequirement', {
  key: required(1, string),
  values: list(2, string, { list: 'atomic', always: true }),
}) {}

export class TopologySelectorTerm extends message(
  'TopologySelectorTerm',
  {
    matchLabelExpressions: list(1, TopologySelectorLabelRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}
