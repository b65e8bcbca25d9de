import type { JsonObject } from '../../json-value.ts'
import type { FieldSet } from '../sets/field-set.ts'
import { difference, EMPTY, intersection, isEmpty, setOf, union } from '../sets/field-set.ts'
import { fieldElement } from '../sets/path-element.ts'
import { capUpdaters } from './cap.ts'
import { changeBetween, isNothing } from './change.ts'
import { NOBODYS, type OwnedKind } from './owned-kind.ts'
import { type Owner, type Owners, ownerId, type Writer, withFields, withoutIdle } from './owners.ts'

/** What is nobody's, as a set; the metadata as such, too. */
export const NOBODYS_SET: FieldSet = setOf([['metadata'], ...NOBODYS].map((path) => path.map(fieldElement)))

/**
 * Who owns what after an update by `writer`: what it wrote is its own and nobody else's, what it took away is nobody's.
 * `before` and `after` are held as the kind holds its objects; what is not there yet is `{}`. The owners themselves
 * where nothing has changed.
 */
export const ownersAfterUpdate = (
  kind: OwnedKind,
  before: JsonObject,
  after: JsonObject,
  owners: Owners,
  writer: Writer,
  now: string,
): Owners => {
  const changeIn = changeBetween(kind, before, after, kind.isTyped)
  const change = changeIn(kind.apiVersion)!
  const next = new Map<string, Owner>()
  for (const [id, owner] of owners) {
    const seen = changeIn(owner.apiVersion)
    // Who owned in a version that is gone owns nothing any more.
    if (seen === undefined) continue
    const rest = isNothing(seen) ? owner.fields : difference(difference(owner.fields, seen.written), seen.removed)
    next.set(id, withFields(owner, rest))
  }
  withoutIdle(next)
  const written = difference(change.written, NOBODYS_SET)
  if (!isEmpty(written)) {
    const id = ownerId(writer)
    next.set(id, { ...writer, time: now, fields: union(written, next.get(id)?.fields ?? EMPTY) })
  }
  return isSame(next, owners) ? owners : capUpdaters(next)
}

const isSame = (next: Owners, owners: Owners): boolean => {
  if (next.size !== owners.size) return false
  for (const [id, owner] of next) if (owners.get(id) !== owner) return false
  return true
}

/** What others own of a change, by owner. */
export const ownedByOthers = (
  owners: Owners,
  self: string,
  seen: (apiVersion: string) => { readonly written: FieldSet } | undefined,
): ReadonlyMap<string, FieldSet> => {
  const conflicts = new Map<string, FieldSet>()
  for (const [id, owner] of owners) {
    if (id === self) continue
    const change = seen(owner.apiVersion)
    const common = change === undefined ? EMPTY : intersection(owner.fields, change.written)
    if (!isEmpty(common)) conflicts.set(id, common)
  }
  return conflicts
}
