import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { MatchCondition } from '../match.ts'
import { webhookFields } from '../webhook.ts'

class ValidatingWebhook extends message('ValidatingWebhook', {
  ...webhookFields(10),
  matchConditions: list(11, MatchCondition, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
}) {}

export class ValidatingWebhookConfiguration extends object(
  'admissionregistration.k8s.io/v1',
  'ValidatingWebhookConfiguration',
  {
    metadata: field(1, ObjectMeta),
    webhooks: list(2, ValidatingWebhook, { keys: ['name'], patch: 'merge', patchKey: 'name', proto: 'Webhooks' }),
  },
) {}

export class ValidatingWebhookConfigurationList extends object(
  'admissionregistration.k8s.io/v1',
  'ValidatingWebhookConfigurationList',
  {
    metadata: field(1, ListMeta),
    items: list(2, ValidatingWebhookConfiguration, { always: true }),
  },
) {}
