import type { Catalogue } from '#api/catalogue/catalogue.ts'
import { type Kind, storedKind } from '#api/catalogue/kind.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { type ApiObject, groupVersion } from '#api/resource.ts'
import { fieldErrorText, invalid, tooLong } from '#api/validation/field-error.ts'
import { entriesAfterUpdate } from '#schema/apply/owners/field-manager.ts'
import { NOBODYS, type OwnedKind, type VersionedKind } from '#schema/apply/owners/owned-kind.ts'
import type { ManagedFieldsEntry } from '#schema/apply/owners/owners.ts'
import { messageType } from '#schema/apply/types/message-type.ts'
import { type FieldNames, narrowedType } from '#schema/apply/types/narrowed-type.ts'
import { jsonValue } from '#schema/json.ts'
import { type JsonObject, jsonEqual } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import type { MessageClass } from '#schema/schema.ts'

const kinds = new WeakMap<Kind, Map<string, OwnedKind>>()

/** What owning fields must know of a kind, for writes of the object ('') or of one of its parts. */
export const ownedKind = (catalogue: Catalogue, kind: Kind, subresource: string): OwnedKind => {
  let parts = kinds.get(kind)
  if (parts === undefined) {
    parts = new Map()
    kinds.set(kind, parts)
  }
  let part = parts.get(subresource)
  if (part === undefined) {
    part = makeOwnedKind(catalogue, kind, subresource)
    parts.set(subresource, part)
  }
  return part
}

const resetsOf = ({ resets, subresources }: Kind, subresource: string): FieldNames => {
  const said = own(resets, subresource)
  if (said !== undefined) return said
  if (subresource === 'status') return [['spec']]
  return subresources.status === undefined ? [] : [['status']]
}

/** The same for a part whose body is a message of its own: a Scale. */
export const partKind = (message: MessageClass<unknown>, subresource: string): OwnedKind => {
  const type = messageType(message)
  return {
    apiVersion: message.gvk![0],
    subresource,
    type,
    reset: [],
    compared: narrowedType(type, NOBODYS),
    isTyped: true,
    inVersion: () => undefined,
  }
}

const makeOwnedKind = (catalogue: Catalogue, kind: Kind, subresource: string): OwnedKind => {
  const type = kind.fieldType ?? messageType(kind.resource.message)
  const reset = resetsOf(kind, subresource)
  return {
    apiVersion: groupVersion(kind.resource),
    subresource,
    type,
    reset,
    compared: narrowedType(type, [...NOBODYS, ...reset]),
    isTyped: kind.fieldType === undefined,
    inVersion: (apiVersion) => versionOf(catalogue, kind, apiVersion, subresource),
  }
}

/** The same objects in another of the forms in which they are served; undefined where there is none. */
const versionOf = (
  catalogue: Catalogue,
  kind: Kind,
  apiVersion: string,
  subresource: string,
): VersionedKind | undefined => {
  const other = catalogue.findKind(apiVersion, kind.resource.kind)
  if (other === undefined || storedKind(other) !== storedKind(kind)) return undefined
  return {
    kind: ownedKind(catalogue, other, subresource),
    convert: (object) => converted(kind, other, object),
    restore: (object) => converted(other, kind, object),
  }
}

const converted = (from: Kind, to: Kind, object: JsonObject): JsonObject => {
  const given = object as unknown as ApiObject
  const stored = from.form === undefined ? given : from.form.write(given)
  const other = to.form === undefined ? stored : to.form.read(stored)
  return jsonOf(to, other)
}

/** An object of a kind in JSON, with all that JSON shows of it. */
const jsonOf = ({ fieldType, resource }: Kind, object: ApiObject): JsonObject =>
  (fieldType === undefined ? jsonValue(resource.message, object) : object) as unknown as JsonObject

/** An object, and what it or a request says of who owns it. */
interface Ownership {
  readonly previous: ApiObject | undefined
  readonly next: ApiObject
  readonly given: ObjectMeta['managedFields']
  readonly manager: string
  /** RFC 3339. */
  readonly now: string
}

/** `metadata.managedFields` after an update; undefined for none. */
export const managedFieldsAfter = (
  kind: OwnedKind,
  { previous, next, given, manager, now }: Ownership,
): ObjectMeta['managedFields'] =>
  entriesAfterUpdate(
    kind,
    previous as unknown as JsonObject | undefined,
    next as unknown as JsonObject,
    given as readonly ManagedFieldsEntry[] | undefined,
    manager,
    now,
  ) as ObjectMeta['managedFields']

/** An object with these owners. */
/** What is wrong with entries of `metadata.managedFields`, in the words of Kubernetes; undefined where nothing is. */
export const managedFieldsFaults = (entries: ObjectMeta['managedFields'] = []): string | undefined => {
  const faults = entries.flatMap(({ operation = '', fieldsType, manager = '', subresource = '' }, index) => {
    const at = `metadata.managedFields[${index}]`
    return [
      ...(['Apply', 'Update'].includes(operation)
        ? []
        : [invalid(`${at}.operation`, operation, 'must be `Apply` or `Update`')]),
      ...(!fieldsType || fieldsType === 'FieldsV1'
        ? []
        : [invalid(`${at}.fieldsType`, fieldsType, 'must be `FieldsV1`')]),
      ...(manager.length > 128 ? [tooLong(`${at}.manager`, 128)] : []),
      ...(subresource.length > 256 ? [tooLong(`${at}.subresource`, 256)] : []),
    ]
  })
  const texts = faults.map(fieldErrorText)
  return texts.length > 1 ? `[${texts.join(', ')}]` : texts[0]
}

export const withManagedFields = (object: ApiObject, managedFields: ObjectMeta['managedFields']): ApiObject => {
  const { managedFields: _, ...metadata } = object.metadata ?? {}
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } }
}

/**
 * The new state with the times of the old one, where nothing but these times differs: who writes what is there already
 * has written nothing.
 */
export const withoutIdleTimes = (next: ApiObject, previous: ApiObject): ApiObject => {
  const [is, was] = [next.metadata?.managedFields, previous.metadata?.managedFields]
  if (is === was || is === undefined || was === undefined || is.length !== was.length) return next
  const timeless = (entries: ObjectMeta['managedFields']) => entries?.map(({ time: _, ...rest }) => rest)
  if (!jsonEqual(timeless(is), timeless(was))) return next
  const restored = withManagedFields(next, was)
  return jsonEqual(restored, previous) ? restored : next
}
