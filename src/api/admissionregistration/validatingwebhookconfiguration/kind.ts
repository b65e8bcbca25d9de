import { kind } from '#api/catalogue/kind.ts'
import { webhookConfiguration } from '../configuration.ts'
import { validatingWebhookConfigurations } from './resource.ts'

export const validatingWebhookConfiguration = kind({
  resource: validatingWebhookConfigurations,
  ...webhookConfiguration,
})
