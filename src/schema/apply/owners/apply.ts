import { type JsonObject, jsonEqual } from '../../json-value.ts'
import { difference, type FieldSet, isEmpty, recursiveDifference, setOf } from '../sets/field-set.ts'
import { fieldElement } from '../sets/path-element.ts'
import { fieldsOf } from '../values/fields-of.ts'
import { mergeValues } from '../values/merge.ts'
import { changeBetween } from './change.ts'
import { conflictsWith } from './conflict.ts'
import type { OwnedKind } from './owned-kind.ts'
import { type Owner, type Owners, ownerId, type Writer, withFields, withoutIdle } from './owners.ts'
import { prune } from './prune.ts'
import { NOBODYS_SET, ownedByOthers } from './update.ts'

interface Applied {
  /** The object as it is to be, in JSON; undefined where it is that already. */
  readonly object: JsonObject | undefined
  readonly owners: Owners
}

/**
 * Applies a configuration, which says all that `writer` wants of an object: `live` is the object in JSON (`{}` where it
 * is not there yet), and both fit the kind's type. Throws ApplyConflict where it would decide what others have decided
 * otherwise, unless it is `forced`.
 */
export const applyConfiguration = (
  kind: OwnedKind,
  live: JsonObject,
  config: JsonObject,
  owners: Owners,
  writer: Writer,
  forced: boolean,
  now: string,
): Applied => {
  const self = ownerId(writer)
  const last = owners.get(self)
  const merged = mergeValues(kind.type, live, config) as JsonObject
  const wanted = withoutReset(kind, fieldsOf(kind.type, config))
  const next = new Map<string, Owner>(owners)
  next.set(self, { ...writer, time: last?.time, fields: wanted })
  const pruned = prune(kind, merged, next, last)
  const changeIn = changeBetween(kind, live, pruned, false)
  for (const [id, { apiVersion }] of next) if (id !== self && changeIn(apiVersion) === undefined) next.delete(id)
  const conflicts = ownedByOthers(next, self, changeIn)
  if (conflicts.size > 0 && !forced) throw conflictsWith(next, conflicts)
  for (const [id, owner] of next) {
    if (id === self) continue
    const { removed } = changeIn(owner.apiVersion)!
    const lost = conflicts.get(id)
    const rest = lost === undefined ? owner.fields : difference(owner.fields, lost)
    next.set(id, withFields(owner, difference(rest, removed)))
  }
  const own = next.get(self)!
  const isNew = !jsonEqual(live, pruned)
  next.set(self, { ...own, time: isNew ? now : last?.time, fields: difference(own.fields, NOBODYS_SET) })
  return { object: isNew ? pruned : undefined, owners: withoutIdle(next) }
}

const resets = new WeakMap<OwnedKind, FieldSet>()

const withoutReset = (kind: OwnedKind, fields: FieldSet): FieldSet => {
  let reset = resets.get(kind)
  if (reset === undefined) {
    reset = setOf(kind.reset.map((path) => path.map(fieldElement)))
    resets.set(kind, reset)
  }
  return isEmpty(reset) ? fields : recursiveDifference(fields, reset)
}
