import { Status } from '#api/meta/status.ts'
import { bytes, int32, list, optional, rawExtension, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

export class ConversionRequest extends message('ConversionRequest', {
  uid: required(1, string),
  desiredAPIVersion: required(2, string),
  objects: list(3, rawExtension, { list: 'atomic', always: true }),
}) {}

export class ConversionResponse extends message('ConversionResponse', {
  uid: required(1, string),
  convertedObjects: list(2, rawExtension, { list: 'atomic', always: true }),
  result: required(3, Status),
}) {}

export class ConversionReview extends object('apiextensions.k8s.io/v1', 'ConversionReview', {
  request: optional(1, ConversionRequest),
  response: optional(2, ConversionResponse),
}) {}

export class ServiceReference extends message('ServiceReference', {
  namespace: required(1, string),
  name: required(2, string),
  path: optional(3, string),
  port: optional(4, int32),
}) {}

export class WebhookClientConfig extends message('WebhookClientConfig', {
  url: optional(3, string),
  service: optional(1, ServiceReference),
  caBundle: optional(2, bytes),
}) {}

export class WebhookConversion extends message('WebhookConversion', {
  clientConfig: optional(2, WebhookClientConfig),
  conversionReviewVersions: list(3, string, { list: 'atomic', always: true }),
}) {}

export class CustomResourceConversion extends message('CustomResourceConversion', {
  strategy: required(1, string),
  webhook: optional(2, WebhookConversion),
}) {}
