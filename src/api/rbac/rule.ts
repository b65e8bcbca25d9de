import { list, string } from '#schema/schema.ts'
import { message } from './group.ts'

export class PolicyRule extends message('PolicyRule', {
  verbs: list(1, string, { list: 'atomic', always: true }),
  apiGroups: list(2, string, { list: 'atomic' }),
  resources: list(3, string, { list: 'atomic' }),
  resourceNames: list(4, string, { list: 'atomic' }),
  nonResourceURLs: list(5, string, { list: 'atomic' }),
}) {}
