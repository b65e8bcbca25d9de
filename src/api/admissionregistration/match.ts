import { LabelSelector } from '#api/meta/label-selector.ts'
import { inline, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from './group.ts'

const ScopeType = oneOf('Cluster', 'Namespaced', '*')
const OperationType = oneOf('*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT')
export const MatchPolicyType = oneOf('Exact', 'Equivalent')

class Rule extends message('Rule', {
  apiGroups: list(1, string, { list: 'atomic' }),
  apiVersions: list(2, string, { list: 'atomic' }),
  resources: list(3, string, { list: 'atomic' }),
  scope: optional(4, ScopeType),
}) {}

export class RuleWithOperations extends message('RuleWithOperations', {
  operations: list(1, OperationType, { list: 'atomic' }),
  rule: inline(2, Rule),
}) {}

class NamedRuleWithOperations extends message(
  'NamedRuleWithOperations',
  {
    resourceNames: list(1, string, { list: 'atomic' }),
    ruleWithOperations: inline(2, RuleWithOperations),
  },
  { atomic: true },
) {}

export class MatchResources extends message(
  'MatchResources',
  {
    namespaceSelector: optional(1, LabelSelector),
    objectSelector: optional(2, LabelSelector),
    resourceRules: list(3, NamedRuleWithOperations, { list: 'atomic' }),
    excludeResourceRules: list(4, NamedRuleWithOperations, { list: 'atomic' }),
    matchPolicy: optional(7, MatchPolicyType),
  },
  { atomic: true },
) {}

export class MatchCondition extends message('MatchCondition', {
  name: required(1, string),
  expression: required(2, string),
}) {}
