import { kind } from '#api/catalogue/kind.ts'
import { webhookConfiguration } from '../configuration.ts'
import { mutatingWebhookConfigurations } from './resource.ts'

export const mutatingWebhookConfiguration = kind({ resource: mutatingWebhookConfigurations, ...webhookConfiguration })
