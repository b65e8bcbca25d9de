import { parseExactly } from '../../json/long-integer.ts'
import type { JsonObject } from '../../json-value.ts'
import { EMPTY, type FieldSet, isEmpty } from '../sets/field-set.ts'
import { isAlike } from '../values/alike.ts'
import type { OwnedKind } from './owned-kind.ts'
import { type ManagedFieldsEntry, ownerId, type Writer, writeOwners } from './owners.ts'
import { ownersAfterUpdate } from './update.ts'

/** What was made last of a kind, and what of it was owned: thousands that are made one after the other are alike. */
const latest = new WeakMap<OwnedKind, Made>()

interface Made {
  readonly object: JsonObject
  readonly fields: FieldSet
  /** As they were shown last, for all that the same writer makes within a second. */
  shown?: {
    readonly manager: string
    readonly now: string
    readonly entries: readonly ManagedFieldsEntry[] | undefined
  }
}

/** `metadata.managedFields` of an object that `writer` makes, and nobody owned before; undefined for none. */
export const entriesOfNew = (
  kind: OwnedKind,
  object: JsonObject,
  writer: Writer,
  now: string,
): readonly ManagedFieldsEntry[] | undefined => {
  let made = latest.get(kind)
  if (made === undefined || !isAlike(kind.compared, made.object, object, kind.isTyped)) {
    const owner = ownersAfterUpdate(kind, {}, object, new Map(), writer, now).get(ownerId(writer))
    made = remember(kind, object, owner?.fields ?? EMPTY)
  }
  const { fields, shown } = made
  const { manager } = writer
  if (shown?.manager === manager && shown.now === now) return shown.entries
  const entries = isEmpty(fields) ? undefined : writeOwners(new Map([['', { ...writer, time: now, fields }]]))
  made.shown = { manager, now, entries }
  return entries
}

/** Characters: of what is longer no copy is kept. */
const MOST_TEXT = 16 * 1024

/** As a copy: what is to be made of the object may change it in place. */
const remember = (kind: OwnedKind, object: JsonObject, fields: FieldSet): Made => {
  const text = JSON.stringify(object)
  if (text.length > MOST_TEXT) return { object, fields }
  const made = { object: parseExactly(text) as JsonObject, fields }
  latest.set(kind, made)
  return made
}
