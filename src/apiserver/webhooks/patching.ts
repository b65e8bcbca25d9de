import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { parseExactly } from '#schema/json/long-integer.ts'
import { jsonValue } from '#schema/json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#schema/json-value.ts'
import { applyJsonPatch } from '#schema/patch/json-patch.ts'
import { JsonPatchError } from '#schema/patch/json-patch-error.ts'
import type { MessageClass } from '#schema/schema.ts'
import { internalError } from '../errors.ts'
import type { Machinery } from '../machinery/machinery.ts'
import { type ApplyPatch, PatchError } from './asking/mutate.ts'
import type { ReviewedKind } from './attributes.ts'
import type { Invocation } from './matching.ts'

/** An object as it is told of in a review: as it is served. */
export const reviewed = (machinery: Machinery, kind: ReviewedKind, object: ApiObject): JsonObject => {
  const message = machinery.messageOf(groupVersion(kind as Resource), kind.kind)
  return (message ? jsonValue(message, object) : object) as unknown as JsonObject
}

/** What webhooks' patches make of objects: read and completed as if a client had sent it. */
export const patching =
  (machinery: Machinery): ApplyPatch =>
  (object, text, form) =>
    completed(machinery, applied(reviewed(machinery, form.kind, object), text), form)

/** JSON of a form, read and completed as if a client had sent it. */
export const completed = (
  machinery: Machinery,
  value: JsonValue,
  { kind, resource }: Pick<Invocation, 'kind' | 'resource'>,
): ApiObject => {
  const apiVersion = groupVersion(kind as Resource)
  checkKind(value, apiVersion, kind.kind)
  const message = machinery.messageOf(apiVersion, kind.kind)
  const whole = { ...decoded(machinery, message, value), apiVersion, kind: kind.kind }
  const own = machinery.catalogue.find(resource)
  return own && own.resource.kind === kind.kind ? machinery.complete(own.resource, whole) : whole
}

/** Nobody makes another kind of thing of an object. */
const checkKind = (value: JsonValue, apiVersion: string, kind: string): void => {
  if (!isJsonObject(value)) return
  const [is, was] = [`${value.apiVersion}.${value.kind}`, `${apiVersion}.${kind}`]
  if (is !== was) throw internalError(new Error(`converting (${is}) to (${was}): unknown conversion`))
}

const decoded = (machinery: Machinery, message: MessageClass<unknown> | undefined, value: JsonValue): ApiObject => {
  if (message === undefined) return value as unknown as ApiObject
  try {
    return machinery.decodeValue(message, value, 'Ignore').object
  } catch (error) {
    // It is no fault of whoever asked.
    throw error instanceof ApiError ? internalError(error) : error
  }
}

const applied = (object: JsonObject, text: string): JsonValue => {
  let patch: unknown
  try {
    patch = parseExactly(text)
  } catch (cause) {
    throw new PatchError((cause as Error).message, { cause })
  }
  try {
    return applyJsonPatch(object, patch) as JsonValue
  } catch (error) {
    if (error instanceof JsonPatchError && error.code === 'PATCH_MALFORMED')
      throw new PatchError(error.message, { cause: error })
    throw error
  }
}
