import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { ApiObject } from '#api/resource.ts'
import type { JsonObject } from '#schema/json-value.ts'
import { failure } from '../errors.ts'
import type { LazyWebhookClient } from '../webhooks/client/lazy-client.ts'
import type { WebhookConfig } from '../webhooks/client/webhook-config.ts'
import { WebhookError } from '../webhooks/client/webhook-error.ts'
import type { Convert } from './asked-form.ts'
import { answeredObjects, ConversionFault, checkedObject, reviewOf, reviewVersion } from './conversion-review.ts'

type Webhook = NonNullable<NonNullable<CustomResourceDefinition['spec']['conversion']>['webhook']>

/** As Kubernetes waits. */
const TIMEOUT_MS = 30_000
/** Octets: that many large objects. */
const LARGEST = 32 * 1024 * 1024
/** Objects of one question: a list of all that is stored is more than one. */
const TOGETHER = 500

export interface ConversionWebhookOptions {
  readonly webhooks: LazyWebhookClient
  readonly uuid: () => string
}

const kindText = ({ apiVersion, kind }: ApiObject): string => `${apiVersion}, Kind=${kind}`

/** Conversion by the webhook of a definition. Rejects with ApiError 500 in Kubernetes' words. */
export const webhookConversion = (
  { clientConfig, conversionReviewVersions = [] }: Webhook,
  { webhooks, uuid }: ConversionWebhookOptions,
): Convert => {
  const convert = async (objects: readonly ApiObject[], apiVersion: string): Promise<readonly ApiObject[]> => {
    const [first] = objects
    const fail = (why: string) => failure(500, '', `conversion webhook for ${kindText(first!)} ${why}`)
    let answered: readonly unknown[]
    try {
      const version = reviewVersion(conversionReviewVersions)
      const uid = uuid()
      const client = await webhooks.get()
      const config = (clientConfig ?? {}) as WebhookConfig
      const answer = await client.post({
        config,
        body: reviewOf(version, uid, apiVersion, objects),
        timeout: TIMEOUT_MS,
        largest: LARGEST,
      })
      answered = answeredObjects(version, uid, answer as JsonObject)
    } catch (error) {
      if (error instanceof ConversionFault || error instanceof WebhookError) throw fail(`failed: ${error.message}`)
      throw error
    }
    if (answered.length !== objects.length)
      throw fail(`returned ${answered.length} objects, expected ${objects.length}`)
    return objects.map((object, index) => {
      const where = objects.length === 1 ? 'object at index 0' : `converted object at index ${index}`
      try {
        return checkedObject(object, answered[index], apiVersion, where) as unknown as ApiObject
      } catch (error) {
        throw error instanceof ConversionFault ? fail(error.message) : error
      }
    })
  }
  return async (objects, apiVersion) => {
    const converted: ApiObject[] = []
    for (let at = 0; at < objects.length; at += TOGETHER)
      converted.push(...(await convert(objects.slice(at, at + TOGETHER), apiVersion)))
    return converted
  }
}
