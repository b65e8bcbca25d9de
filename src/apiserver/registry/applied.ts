import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { ApplyConflict } from '#schema/apply/owners/conflict.ts'
import { ApplyRefusal, applyToObject, kindText } from '#schema/apply/owners/field-manager.ts'
import type { OwnedKind } from '#schema/apply/owners/owned-kind.ts'
import type { ManagedFieldsEntry } from '#schema/apply/owners/owners.ts'
import { jsonValue } from '#schema/json.ts'
import type { JsonObject } from '#schema/json-value.ts'
import type { MessageClass } from '#schema/schema.ts'
import { badRequest, failure } from '../errors.ts'
import type { Machinery } from '../machinery/machinery.ts'
import { withManagedFields } from './ownership.ts'

/** A configuration that is to be applied: all that its manager wants of an object. */
export interface Application {
  readonly config: JsonObject
  /** Whether it takes what others own. */
  readonly force: boolean
}

interface AppliedTo {
  readonly machinery: Machinery
  readonly kind: OwnedKind
  readonly message: MessageClass<unknown>
  /** The kind's own word. */
  readonly name: string
  readonly manager: string
  /** RFC 3339. */
  readonly now: string
}

/**
 * What an object becomes by a configuration, with who owns it then; undefined: it is not there yet. Throws ApiError:
 * 409 where others have decided otherwise, 400 and 500 for what is no configuration of this kind.
 */
export const appliedTo = (
  { machinery, kind, message, name, manager, now }: AppliedTo,
  current: ApiObject | undefined,
  { config, force }: Application,
): ApiObject => {
  const given = kindText(config)
  if (given !== kindText({ apiVersion: kind.apiVersion, kind: name })) throw badRequest(`invalid object type: ${given}`)
  const entries = current?.metadata?.managedFields as readonly ManagedFieldsEntry[] | undefined
  try {
    const live = current && jsonOf(kind, message, current)
    const applied = applyToObject(kind, live, entries, { config, manager, force, now })
    const managedFields = applied.entries as ObjectMeta['managedFields']
    const object =
      applied.object === undefined ? (current ?? {}) : decoded(machinery, kind, message, config, applied.object)
    return withManagedFields({ ...object, apiVersion: kind.apiVersion, kind: name } as ApiObject, managedFields)
  } catch (error) {
    throw refusalOf(error)
  }
}

const jsonOf = (kind: OwnedKind, message: MessageClass<unknown>, object: ApiObject): JsonObject => {
  const bare = withManagedFields(object, undefined)
  return (kind.isTyped ? jsonValue(message, bare) : bare) as unknown as JsonObject
}

const decoded = (
  machinery: Machinery,
  { apiVersion }: OwnedKind,
  message: MessageClass<unknown>,
  config: JsonObject,
  value: JsonObject,
): ApiObject => {
  try {
    return machinery.decodeValue(message, value, 'Ignore').object
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { name = '', namespace = '' } = (config.metadata ?? {}) as { readonly [key: string]: string }
    const why = `failed to convert new object (${namespace}/${name}; ${kindText(config)}) to proper version (${apiVersion}): ${error.message}`
    throw failure(500, '', why)
  }
}

const refusalOf = (error: unknown): unknown => {
  if (error instanceof ApplyConflict) return failure(409, 'Conflict', error.message, { causes: [...error.causes] })
  if (error instanceof ApplyRefusal)
    return error.code === 'BAD_REQUEST' ? badRequest(error.message) : failure(500, '', error.message)
  return error
}
