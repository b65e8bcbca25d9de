import { kind } from '#api/catalogue/kind.ts'
import { webhookColumns } from '../columns.ts'
import { defaultWebhooks } from '../defaults.ts'
import { mutatingWebhookConfigurations } from './resource.ts'

export const mutatingWebhookConfiguration = kind({
  resource: mutatingWebhookConfigurations,
  defaults: defaultWebhooks,
  generation: ({ webhooks }) => webhooks ?? [],
  isConditional: true,
  isInert: true,
  columns: webhookColumns,
})
