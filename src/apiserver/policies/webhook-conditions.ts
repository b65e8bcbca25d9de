import type { Compiled } from '#api/admissionregistration/expressions/compiled.ts'
import { compiledConditions } from '#api/admissionregistration/expressions/conditions.ts'
import type { Resource } from '#api/resource.ts'
import type { Authorizer } from '../access/authorizer.ts'
import { forbidden } from '../errors.ts'
import type { Machinery } from '../machinery/machinery.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import type { Webhook } from '../webhooks/hook.ts'
import type { Invocation } from '../webhooks/matching.ts'
import { reviewed } from '../webhooks/patching.ts'
import { inputsOf } from './inputs.ts'
import { matched } from './match-conditions.ts'

/** Compiled once for as long as a configuration stays as it is. */
const known = new WeakMap<Webhook, readonly Compiled[]>()

const conditionsOf = (webhook: Webhook): readonly Compiled[] => {
  const conditions = known.get(webhook) ?? compiledConditions(webhook.matchConditions)
  known.set(webhook, conditions)
  return conditions
}

/** Whether a request is as a webhook's conditions say. Throws ApiError 403 where that cannot be told. */
export const meetsConditions =
  (machinery: Machinery, authorizer: Authorizer) =>
  (invocation: Invocation, attributes: Attributes): boolean => {
    const { webhook } = invocation.hook
    if ((webhook.matchConditions ?? []).length === 0) return true
    const shown = (object: Attributes['object']) =>
      object === undefined ? null : reviewed(machinery, invocation.kind, invocation.show(object))
    const seen = {
      attributes,
      form: invocation,
      object: shown(attributes.object),
      oldObject: shown(attributes.oldObject),
    }
    const result = matched(conditionsOf(webhook), inputsOf(seen, authorizer), webhook.failurePolicy)
    if (result.error === undefined) return result.matches
    throw forbidden(attributes.resource as Resource, attributes.name, result.error)
  }
