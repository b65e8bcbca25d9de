import { kind } from '#api/catalogue/kind.ts'
import { webhookColumns } from '../columns.ts'
import { defaultWebhooks } from '../defaults.ts'
import { validatingWebhookConfigurations } from './resource.ts'

export const validatingWebhookConfiguration = kind({
  resource: validatingWebhookConfigurations,
  defaults: defaultWebhooks,
  generation: ({ webhooks }) => webhooks ?? [],
  isConditional: true,
  isInert: true,
  columns: webhookColumns,
})
