import { type ApiObject, groupVersion } from '#api/resource.ts'
import { fieldCauses, invalid as invalidField } from '#api/validation/field-error.ts'
import { goValue } from '#schema/go-format.ts'
import { decodeJson, formatProblem, JsonError, jsonValue } from '#schema/json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#schema/json-value.ts'
import { applyJsonPatch } from '#schema/patch/json-patch.ts'
import { JsonPatchError } from '#schema/patch/json-patch-error.ts'
import { applyMergePatch } from '#schema/patch/merge-patch.ts'
import { patchedText } from '#schema/patch/patched-text.ts'
import { restoreProblem } from '#schema/patch/restored.ts'
import { applyStrategicMergePatch } from '#schema/patch/strategic/merge.ts'
import { StrategicMergeError } from '#schema/patch/strategic/patch-error.ts'
import { badRequest, failure, invalid } from '../errors.ts'
import type { Decoded, FieldValidation, Patch, Patched } from './machinery.ts'

/**
 * An object after a patch, and what of it is only to be warned of. Throws ApiError: 400, 413, 422 and 500 for a patch that
 * is none or does not fit, 422 for what it makes and the kind cannot be.
 */
export const patchObject = (
  patched: Patched,
  current: ApiObject,
  patch: Patch,
  validation: FieldValidation,
): Decoded => {
  const original = jsonValue(patched.message, current) as JsonObject
  const value = applied(patched, original, patch)
  const { object, problems } = decoded(patched, value, patch)
  if (validation === 'Ignore') return { object, warnings: [] }
  const texts = problems.map(formatProblem)
  const warnings = [...patch.problems, ...(patch.type === 'strategic' ? texts.sort() : texts)]
  if (validation === 'Strict' && warnings.length > 0)
    throw invalidPatch(shown(value, patch), `strict decoding error: ${warnings.join(', ')}`)
  return { object, warnings }
}

const applied = ({ message }: Patched, original: JsonObject, { type, value }: Patch): JsonValue => {
  try {
    switch (type) {
      case 'json':
        return applyJsonPatch(original, value)
      case 'merge':
        return applyMergePatch(original, value as JsonValue)
      case 'strategic':
        return applyStrategicMergePatch(message, original, (value ?? {}) as JsonObject)
    }
  } catch (error) {
    throw refusalOf(error)
  }
}

const UNFIT = 'the server rejected our request due to an error in our request'

const refusalOf = (error: unknown): unknown => {
  if (error instanceof JsonPatchError) {
    if (error.code === 'PATCH_MALFORMED') return badRequest(error.message)
    if (error.code === 'PATCH_TOO_LARGE') return failure(413, 'RequestEntityTooLarge', error.message)
    return failure(422, 'Invalid', UNFIT, {})
  }
  if (error instanceof StrategicMergeError) {
    if (error.code === 'PATCH_FORMAT') return badRequest(error.message)
    return error.code === 'PATCH_REJECTED' ? failure(422, 'Invalid', UNFIT, {}) : failure(500, '', error.message)
  }
  return error
}

/** What the body of any kind is read as before its kind is known. */
const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

const decoded = (patched: Patched, value: JsonValue, patch: Patch): ReturnType<typeof decodeJson<ApiObject>> => {
  const { message, kind } = patched
  const refuse = (why: string) => invalidPatch(shown(value, patch), why)
  if (!isJsonObject(value)) {
    const what = Array.isArray(value) ? 'array' : typeof value
    throw refuse(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type ${TYPE_META}`,
    )
  }
  if (patch.type !== 'strategic') {
    const [given, version] = [value.kind || kind, value.apiVersion || groupVersion(patched)]
    if (given !== kind || version !== groupVersion(patched))
      throw refuse(
        `no kind ${JSON.stringify(given)} is registered for version ${JSON.stringify(version)} in scheme "pkg/api/legacyscheme/scheme.go:30"`,
      )
  }
  try {
    return decodeJson(message, value)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const own = patch.type === 'strategic' ? restoreProblem(message, value) : undefined
    throw refuse(own ?? error.message)
  }
}

/** What a refusal shows: of a strategic merge the patch, else what it would have made. */
const shown = (value: JsonValue, { type, value: patch }: Patch): string =>
  type === 'strategic' ? goValue(patch as JsonValue) : patchedText(value, type, patch as JsonValue)

const invalidPatch = (shown: string, why: string) =>
  invalid({ group: '', kind: '' }, '', fieldCauses([invalidField('patch', shown, why)]))
