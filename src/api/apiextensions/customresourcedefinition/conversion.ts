import { bytes, int32, list, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'

class ServiceReference extends message('ServiceReference', {
  namespace: required(1, string),
  name: required(2, string),
  path: optional(3, string),
  port: optional(4, int32),
}) {}

class WebhookClientConfig extends message('WebhookClientConfig', {
  url: optional(3, string),
  service: optional(1, ServiceReference),
  caBundle: optional(2, bytes),
}) {}

class WebhookConversion extends message('WebhookConversion', {
  clientConfig: optional(2, WebhookClientConfig),
  conversionReviewVersions: list(3, string, { list: 'atomic', always: true }),
}) {}

export class CustomResourceConversion extends message('CustomResourceConversion', {
  strategy: required(1, string),
  webhook: optional(2, WebhookConversion),
}) {}
