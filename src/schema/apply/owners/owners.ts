import type { JsonObject, JsonValue } from '../../json-value.ts'
import { canonicalSet, readSet } from '../sets/canonical-set.ts'
import { type FieldSet, isEmpty } from '../sets/field-set.ts'
import { FieldSetError } from '../sets/path-element.ts'

/** An entry of `metadata.managedFields`, as the API shows it. */
export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: { readonly [key: string]: unknown }
  readonly subresource?: string
}

/** Who writes, in which version, and by which part of the object. */
export interface Writer {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  /** '' of the object itself. */
  readonly subresource: string
}

/** Who owns which fields, and since when. */
export interface Owner extends Writer {
  /** RFC 3339, whole seconds; undefined where it was never told. */
  readonly time: string | undefined
  readonly fields: FieldSet
  /** The entry that it was read from, which is shown again where nothing of it has changed. */
  readonly entry?: ManagedFieldsEntry
}

/** All owners of an object, by `ownerId`. */
export type Owners = ReadonlyMap<string, Owner>

/**
 * What tells owners apart. Who applies is the same in all versions, as it says each time all that it wants; who updates
 * owns what it wrote in the version in which it was written.
 */
export const ownerId = ({ manager, operation, apiVersion, subresource }: Writer): string =>
  JSON.stringify({
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(operation === 'Apply' || apiVersion === '' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  })

/** Throws FieldSetError for entries that are none. Of two entries of one owner the later counts. */
export const readOwners = (entries: readonly ManagedFieldsEntry[] | undefined): Map<string, Owner> => {
  const owners = new Map<string, Owner>()
  for (const [index, entry] of (entries ?? []).entries()) {
    const owner = readOwner(entry, index)
    owners.set(ownerId(owner), owner)
  }
  return owners
}

const readOwner = (entry: ManagedFieldsEntry, index: number): Owner => {
  const { manager = '', operation, apiVersion, time, fieldsType, fieldsV1, subresource = '' } = entry
  if (operation !== 'Apply' && operation !== 'Update') throw new FieldSetError('operation must be `Apply` or `Update`')
  if (!apiVersion) throw new FieldSetError('apiVersion must not be empty')
  if (!fieldsType) throw new FieldSetError(`missing fieldsType in managed fields entry ${index}`)
  if (fieldsType !== 'FieldsV1')
    throw new FieldSetError(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`)
  return { manager, operation, apiVersion, subresource, time, fields: readSet(fieldsV1), entry }
}

/** As `metadata.managedFields` shows them: who applies first, then by time and name; undefined where there is none. */
export const writeOwners = (owners: Owners): readonly ManagedFieldsEntry[] | undefined => {
  if (owners.size === 0) return undefined
  return [...owners.values()].sort(compareOwners).map(entryOf)
}

const compareOwners = (left: Owner, right: Owner): number =>
  compareTexts(left.operation, right.operation) ||
  compareTexts(left.time ?? '', right.time ?? '') ||
  compareTexts(left.manager, right.manager) ||
  compareTexts(left.apiVersion, right.apiVersion) ||
  compareTexts(left.subresource, right.subresource)

/** Texts of one form, and ASCII where it matters. */
export const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

const entryOf = ({ manager, operation, apiVersion, time, fields, subresource, entry }: Owner): ManagedFieldsEntry => {
  if (entry?.fieldsV1 === fields) return entry
  return {
    ...(manager === '' ? {} : { manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: canonicalSet(fields),
    ...(subresource === '' ? {} : { subresource }),
  }
}

/** Without those that own nothing. */
export const withoutIdle = (owners: Map<string, Owner>): Map<string, Owner> => {
  for (const [id, { fields }] of owners) if (isEmpty(fields)) owners.delete(id)
  return owners
}

/** An owner with other fields. */
export const withFields = (owner: Owner, fields: FieldSet): Owner => {
  if (fields === owner.fields) return owner
  const { entry: _, ...rest } = owner
  return { ...rest, fields }
}

/** An object’s entries, whatever its kind. */
export const entriesOf = (object: JsonObject): readonly ManagedFieldsEntry[] | undefined =>
  (object.metadata as JsonObject | undefined)?.managedFields as readonly ManagedFieldsEntry[] | undefined

/** Whether somebody asks that all owners be forgotten: an empty list, or one empty entry. */
export const forgetsOwners = (entries: readonly ManagedFieldsEntry[] | undefined): boolean => {
  if (entries === undefined || entries.length > 1) return false
  const [entry] = entries
  return (
    entry === undefined || Object.values(entry as { [key: string]: JsonValue }).every((value) => value === undefined)
  )
}
