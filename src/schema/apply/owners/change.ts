import type { JsonObject } from '../../json-value.ts'
import { type FieldSet, isEmpty, union } from '../sets/field-set.ts'
import { type Comparison, compareValues } from '../values/compare.ts'
import type { OwnedKind } from './owned-kind.ts'

/** What a write has changed, told in the version of whoever owns it. */
interface Change extends Comparison {
  /** Added and modified: what only one may have decided. */
  readonly written: FieldSet
}

/**
 * Tells what changed from one state of an object to the next, by the versions in which it is owned; undefined for a
 * version that there is not.
 */
export const changeBetween = (
  kind: OwnedKind,
  before: JsonObject,
  after: JsonObject,
  isTyped: boolean,
): ((apiVersion: string) => Change | undefined) => {
  const known = new Map<string, Change | undefined>()
  const compute = (apiVersion: string): Change | undefined => {
    if (apiVersion === kind.apiVersion) return changeIn(kind, before, after, isTyped)
    const other = kind.inVersion(apiVersion)
    if (other === undefined) return undefined
    return changeIn(other.kind, other.convert(before), other.convert(after), isTyped)
  }
  return (apiVersion) => {
    if (!known.has(apiVersion)) known.set(apiVersion, compute(apiVersion))
    return known.get(apiVersion)
  }
}

const changeIn = (kind: OwnedKind, before: JsonObject, after: JsonObject, isTyped: boolean): Change => {
  const comparison = compareValues(kind.compared, before, after, isTyped)
  return { ...comparison, written: union(comparison.modified, comparison.added) }
}

/** Nothing was written, and nothing taken away. */
export const isNothing = ({ written, removed }: Change): boolean => isEmpty(written) && isEmpty(removed)
