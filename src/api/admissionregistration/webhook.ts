import { LabelSelector } from '#api/meta/label-selector.ts'
import { bytes, int32, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from './group.ts'
import { MatchPolicyType, RuleWithOperations } from './match.ts'
import { FailurePolicyType } from './policy.ts'

const SideEffectClass = oneOf('Unknown', 'None', 'Some', 'NoneOnDryRun')

class ServiceReference extends message('ServiceReference', {
  namespace: required(1, string),
  name: required(2, string),
  path: optional(3, string),
  port: optional(4, int32),
}) {}

class WebhookClientConfig extends message('WebhookClientConfig', {
  url: optional(3, string),
  service: optional(1, ServiceReference),
  caBundle: optional(2, bytes),
}) {}

/** What every webhook is asked for, and how. @param objectSelector its number, which differs between the two kinds */
export const webhookFields = (objectSelector: number) => ({
  name: required(1, string),
  clientConfig: required(2, WebhookClientConfig),
  rules: list(3, RuleWithOperations, { list: 'atomic' }),
  failurePolicy: optional(4, FailurePolicyType),
  matchPolicy: optional(9, MatchPolicyType),
  namespaceSelector: optional(5, LabelSelector),
  objectSelector: optional(objectSelector, LabelSelector),
  sideEffects: optional(6, SideEffectClass, { always: true }),
  timeoutSeconds: optional(7, int32),
  admissionReviewVersions: list(8, string, { list: 'atomic', always: true }),
})
