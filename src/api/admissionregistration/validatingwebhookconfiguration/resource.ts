import { resource } from '#api/resource.ts'
import { ValidatingWebhookConfiguration, ValidatingWebhookConfigurationList } from './message.ts'

export const validatingWebhookConfigurations = resource(
  'validatingwebhookconfigurations',
  ValidatingWebhookConfiguration,
  ValidatingWebhookConfigurationList,
  { categories: ['api-extensions'], namespaced: false },
)
