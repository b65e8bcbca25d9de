import type { ApiObject } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { internalError } from '../../errors.ts'
import type { Attributes } from '../attributes.ts'
import type { Hook } from '../hook.ts'
import { type Invocation, invocationOf, isSelected, type Surroundings } from '../matching.ts'
import type { Verdict } from '../review.ts'
import { type Asker, askWebhook, CallError, UNAVAILABLE } from './asker.ts'
import { counted } from './counted.ts'
import { denial } from './denial.ts'
import type { Round } from './rounds.ts'

/** Applies a JSON patch to an object of this form, and completes it. Throws ApiError 500, and PatchError for what is no patch. */
export type ApplyPatch = (object: ApiObject, patch: string, invocation: Invocation) => ApiObject

/** By which the audit log is told which webhook was asked, when, and whether it changed something. */
const MUTATION = 'mutation.webhook.admission.k8s.io'

/** A webhook's patch that cannot be read. */
export class PatchError extends Error {
  readonly code = 'PATCH_UNREADABLE'
}

/**
 * Asks each hook that such a request concerns, one after the other: each sees what those before it have made of the
 * object. Gives what it has become. Rejects with ApiError.
 */
export const mutate = async (
  asker: Asker,
  hooks: readonly Hook[],
  attributes: Attributes,
  surroundings: Surroundings,
  round: Round,
  apply: ApplyPatch,
): Promise<ApiObject | undefined> => {
  let { object } = attributes
  for (const hook of hooks) {
    const invocation = invocationOf(hook, attributes, surroundings.equivalents)
    if (invocation === undefined || !isSelected(hook.webhook, { ...attributes, object }, surroundings)) continue
    const asked = { id: hook.id, reinvocationPolicy: hook.webhook.reinvocationPolicy }
    if (round.skips(asked)) continue
    if (surroundings.meets?.(invocation, { ...attributes, object }) === false) continue
    const before = object
    const place = `round_${round.index}_index_${hook.index}`
    let mutated = false
    try {
      object = await askOne(asker, invocation, { ...attributes, object }, apply, place)
      mutated = object !== before && !jsonEqual(object, before)
    } finally {
      const { configuration, webhook } = hook
      asker.remarks.annotate(`${MUTATION}/${place}`, JSON.stringify({ configuration, webhook: webhook.name, mutated }))
    }
    round.asked(asked, mutated)
  }
  round.end(object)
  return object
}

const askOne = async (
  asker: Asker,
  invocation: Invocation,
  attributes: Attributes,
  apply: ApplyPatch,
  place: string,
): Promise<ApiObject | undefined> => {
  const { name, failurePolicy } = invocation.hook.webhook
  const { object, oldObject } = attributes
  const shown = object && invocation.show(object)
  const told = { ...attributes, object: shown, oldObject: oldObject && invocation.show(oldObject) }
  try {
    return await counted(asker, invocation.hook.webhook, attributes, 'admit', async () => {
      const verdict = await askWebhook(asker, invocation, told, true)
      if (!verdict.allowed) throw denial(name, verdict.result)
      const next = patched(invocation, shown, verdict, apply)
      return next === shown ? object : next && invocation.take(next)
    })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (failurePolicy !== 'Ignore') throw internalError(error)
    asker.remarks.annotate(`failed-open.${MUTATION}/${place}`, name)
    return object
  }
}

const patched = (
  invocation: Invocation,
  object: ApiObject | undefined,
  { patch, patchType }: Verdict,
  apply: ApplyPatch,
): ApiObject | undefined => {
  if (patch === undefined || patch.trim() === '[]') return object
  const { name } = invocation.hook.webhook
  if (object === undefined) {
    const why = 'attempted to modify the object, which is not supported for this operation'
    throw internalError(new Error(`admission webhook ${JSON.stringify(name)} ${why}`))
  }
  if (patchType !== 'JSONPatch')
    throw new CallError(name, `unsupported patch type ${JSON.stringify(patchType)}`, UNAVAILABLE)
  try {
    return apply(object, patch, invocation)
  } catch (error) {
    if (error instanceof PatchError)
      throw new CallError(name, `received undecodable patch in webhook response: ${error.message}`, UNAVAILABLE, {
        cause: error,
      })
    throw error instanceof ApiError ? error : internalError(error)
  }
}
