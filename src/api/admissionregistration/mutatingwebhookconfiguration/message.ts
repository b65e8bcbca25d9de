import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, optional } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { MatchCondition } from '../match.ts'
import { ReinvocationPolicyType } from '../policy.ts'
import { webhookFields } from '../webhook.ts'

class MutatingWebhook extends message('MutatingWebhook', {
  ...webhookFields(11),
  reinvocationPolicy: optional(10, ReinvocationPolicyType),
  matchConditions: list(12, MatchCondition, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
}) {}

export class MutatingWebhookConfiguration extends object(
  'admissionregistration.k8s.io/v1',
  'MutatingWebhookConfiguration',
  {
    metadata: field(1, ObjectMeta),
    webhooks: list(2, MutatingWebhook, { keys: ['name'], patch: 'merge', patchKey: 'name', proto: 'Webhooks' }),
  },
) {}

export class MutatingWebhookConfigurationList extends object(
  'admissionregistration.k8s.io/v1',
  'MutatingWebhookConfigurationList',
  {
    metadata: field(1, ListMeta),
    items: list(2, MutatingWebhookConfiguration, { always: true }),
  },
) {}
