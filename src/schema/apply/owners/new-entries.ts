import { parseExactly } from '../../json/long-integer.ts'
import type { JsonObject } from '../../json-value.ts'
import { EMPTY, type FieldSet, isEmpty } from '../sets/field-set.ts'
import { isAlike } from '../values/alike.ts'
import type { OwnedKind } from './owned-kind.ts'
import { type ManagedFieldsEntry, ownerId, type Writer, writeOwners } from './owners.ts'
import { ownersAfterUpdate } from './update.ts'

/** What was made last of a kind, and what of it was owned: thousands that are made one after the other are alike. */
const latest = new WeakMap<OwnedKind, { readonly object: JsonObject; readonly fields: FieldSet }>()

/** `metadata.managedFields` of an object that `writer` makes, and nobody owned before; undefined for none. */
export const entriesOfNew = (
  kind: OwnedKind,
  object: JsonObject,
  writer: Writer,
  now: string,
): readonly ManagedFieldsEntry[] | undefined => {
  const known = latest.get(kind)
  let fields = known?.fields
  if (known === undefined || !isAlike(kind.compared, known.object, object, kind.isTyped)) {
    fields = ownersAfterUpdate(kind, {}, object, new Map(), writer, now).get(ownerId(writer))?.fields
    remember(kind, object, fields ?? EMPTY)
  }
  if (fields === undefined || isEmpty(fields)) return undefined
  return writeOwners(new Map([['', { ...writer, time: now, fields }]]))
}

/** Characters: of what is longer no copy is kept. */
const MOST_TEXT = 16 * 1024

/** As a copy: what is to be made of the object may change it in place. */
const remember = (kind: OwnedKind, object: JsonObject, fields: FieldSet): void => {
  const text = JSON.stringify(object)
  if (text.length <= MOST_TEXT) latest.set(kind, { object: parseExactly(text) as JsonObject, fields })
}
