import { webhookColumns } from './columns.ts'
import { defaultWebhooks } from './defaults.ts'
import type { MutatingWebhookConfiguration } from './mutatingwebhookconfiguration/message.ts'
import type { ValidatingWebhookConfiguration } from './validatingwebhookconfiguration/message.ts'

type Configuration = ValidatingWebhookConfiguration | MutatingWebhookConfiguration

/** Large, since there are expressions to be checked, and needed by who configures webhooks alone. */
let checks: typeof import('./validate/configuration.ts') | undefined

/** How configurations of webhooks behave, of either kind. */
export const webhookConfiguration = {
  defaults: defaultWebhooks,
  load: async () => {
    checks ??= await import('./validate/configuration.ts')
  },
  validate: {
    create: (configuration: Configuration) => checks!.validateConfigurationCreate(configuration),
    update: (configuration: Configuration, old: Configuration) =>
      checks!.validateConfigurationUpdate(configuration, old),
  },
  generation: ({ webhooks }: Configuration) => webhooks ?? [],
  isConditional: true,
  columns: webhookColumns,
} as const
