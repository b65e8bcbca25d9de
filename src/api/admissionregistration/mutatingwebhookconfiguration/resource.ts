import { resource } from '#api/resource.ts'
import { MutatingWebhookConfiguration, MutatingWebhookConfigurationList } from './message.ts'

export const mutatingWebhookConfigurations = resource(
  'mutatingwebhookconfigurations',
  MutatingWebhookConfiguration,
  MutatingWebhookConfigurationList,
  { categories: ['api-extensions'], namespaced: false },
)
