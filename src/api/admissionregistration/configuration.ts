import { webhookColumns } from './columns.ts'
import { defaultWebhooks } from './defaults.ts'
import type { MutatingWebhookConfiguration } from './mutatingwebhookconfiguration/message.ts'
import { validateConfigurationCreate, validateConfigurationUpdate } from './validate/configuration.ts'
import type { ValidatingWebhookConfiguration } from './validatingwebhookconfiguration/message.ts'

/** How configurations of webhooks behave, of either kind. */
export const webhookConfiguration = {
  defaults: defaultWebhooks,
  validate: { create: validateConfigurationCreate, update: validateConfigurationUpdate },
  generation: ({ webhooks }: ValidatingWebhookConfiguration | MutatingWebhookConfiguration) => webhooks ?? [],
  isConditional: true,
  isInert: true,
  columns: webhookColumns,
} as const
