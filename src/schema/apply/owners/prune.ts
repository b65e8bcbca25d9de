import type { JsonObject, JsonValue } from '../../json-value.ts'
import { difference, EMPTY, type FieldSet, intersection, isEmpty, union } from '../sets/field-set.ts'
import { withNamedFields } from '../types/named-fields.ts'
import { fieldsOf } from '../values/fields-of.ts'
import { removeFields } from '../values/remove.ts'
import type { OwnedKind, VersionedKind } from './owned-kind.ts'
import type { Owner, Owners } from './owners.ts'

/**
 * Takes out of the merged object what its applier applied before and does not any more, unless somebody else owns it,
 * too. `owners` are those of now, the applier's new fields among them.
 */
export const prune = (kind: OwnedKind, merged: JsonObject, owners: Owners, last: Owner | undefined): JsonObject => {
  if (last === undefined || isEmpty(last.fields)) return merged
  const version = versionOf(kind, last.apiVersion)
  if (version === undefined) return merged
  const { type } = version.kind
  const whole = version.convert(merged)
  let pruned = removeFields(type, whole, withNamedFields(type, last.fields)) as JsonObject
  pruned = addBackOwned(kind, merged, version.restore(pruned ?? {}), owners, last.apiVersion)
  pruned = addBackDangling(version, whole, version.convert(pruned), last.fields)
  return version.restore(pruned)
}

const versionOf = (kind: OwnedKind, apiVersion: string): VersionedKind | undefined =>
  apiVersion === kind.apiVersion
    ? { kind, convert: (object) => object, restore: (object) => object }
    : kind.inVersion(apiVersion)

/** What others own, or the applier still does, comes back, version by version; that of the last application first. */
const addBackOwned = (
  kind: OwnedKind,
  merged: JsonObject,
  pruned: JsonObject,
  owners: Owners,
  lastVersion: string,
): JsonObject => {
  const owned = new Map<string, FieldSet>([[lastVersion, EMPTY]])
  for (const { apiVersion, fields } of owners.values())
    owned.set(apiVersion, union(owned.get(apiVersion) ?? EMPTY, fields))
  let result = pruned
  for (const [apiVersion, fields] of owned) {
    const version = versionOf(kind, apiVersion)
    if (version === undefined) continue
    const { type } = version.kind
    const whole = version.convert(merged)
    const named = (set: FieldSet): FieldSet => withNamedFields(type, set)
    const kept = union(named(fieldsOf(type, version.convert(result))), named(fields))
    result = version.restore(without(type, whole, difference(named(fieldsOf(type, whole)), kept)))
  }
  return result
}

/** What the applier did not own before comes back: it is nobody's, or an updater's, and not the applier's to take. */
const addBackDangling = (
  { kind }: VersionedKind,
  whole: JsonObject,
  pruned: JsonObject,
  last: FieldSet,
): JsonObject => {
  const { type } = kind
  const named = (set: FieldSet): FieldSet => withNamedFields(type, set)
  const gone = difference(named(fieldsOf(type, whole)), named(fieldsOf(type, pruned)))
  return without(type, whole, intersection(gone, named(last)))
}

const without = (type: OwnedKind['type'], object: JsonObject, fields: FieldSet): JsonObject =>
  (removeFields(type, object as JsonValue, fields) ?? {}) as JsonObject
