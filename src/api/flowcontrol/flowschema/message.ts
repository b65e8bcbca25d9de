import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, list, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class PriorityLevelConfigurationReference extends message('PriorityLevelConfigurationReference', {
  name: required(1, string),
}) {}

class FlowDistinguisherMethod extends message('FlowDistinguisherMethod', {
  type: required(1, string),
}) {}

class UserSubject extends message('UserSubject', {
  name: required(1, string),
}) {}

class GroupSubject extends message('GroupSubject', {
  name: required(1, string),
}) {}

class ServiceAccountSubject extends message('ServiceAccountSubject', {
  namespace: required(1, string),
  name: required(2, string),
}) {}

class Subject extends message('Subject', {
  kind: required(1, string),
  user: optional(2, UserSubject),
  group: optional(3, GroupSubject),
  serviceAccount: optional(4, ServiceAccountSubject),
}) {}

class ResourcePolicyRule extends message('ResourcePolicyRule', {
  verbs: list(1, string, { list: 'set', always: true }),
  apiGroups: list(2, string, { list: 'set', always: true }),
  resources: list(3, string, { list: 'set', always: true }),
  clusterScope: field(4, bool),
  namespaces: list(5, string, { list: 'set', always: true, optional: true }),
}) {}

class NonResourcePolicyRule extends message('NonResourcePolicyRule', {
  verbs: list(1, string, { list: 'set', always: true }),
  nonResourceURLs: list(6, string, { list: 'set', always: true }),
}) {}

class PolicyRulesWithSubjects extends message('PolicyRulesWithSubjects', {
  subjects: list(1, Subject, { list: 'atomic', always: true }),
  resourceRules: list(2, ResourcePolicyRule, { list: 'atomic' }),
  nonResourceRules: list(3, NonResourcePolicyRule, { list: 'atomic' }),
}) {}

class FlowSchemaSpec extends message('FlowSchemaSpec', {
  priorityLevelConfiguration: required(1, PriorityLevelConfigurationReference),
  matchingPrecedence: required(2, int32, { optional: true }),
  distinguisherMethod: optional(3, FlowDistinguisherMethod),
  rules: list(4, PolicyRulesWithSubjects, { list: 'atomic' }),
}) {}

class FlowSchemaCondition extends message('FlowSchemaCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

class FlowSchemaStatus extends message('FlowSchemaStatus', {
  conditions: list(1, FlowSchemaCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class FlowSchema extends object('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', {
  metadata: field(1, ObjectMeta),
  spec: field(2, FlowSchemaSpec),
  status: field(3, FlowSchemaStatus),
}) {}

export class FlowSchemaList extends object('flowcontrol.apiserver.k8s.io/v1', 'FlowSchemaList', {
  metadata: field(1, ListMeta),
  items: list(2, FlowSchema, { always: true }),
}) {}
