import { jsonEqual } from '../../json-value.ts'
import { own } from '../../own.ts'
import type { Structural } from '../structural.ts'

/** A value as it was before an update, where it is known to be the same thing. */
export interface Before {
  readonly value: unknown
}

const isMembers = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member as it was. Nothing is known of it where the object, or the member, was not there. */
export const memberBefore = (before: Before | undefined, name: string): Before | undefined => {
  if (before === undefined || !isMembers(before.value)) return undefined
  const value = own(before.value, name)
  return value === undefined ? undefined : { value }
}

const keyOf = (item: unknown, keys: readonly string[]): string | undefined =>
  isMembers(item) ? JSON.stringify(keys.map((key) => own(item, key) ?? null)) : undefined

/** An item as it was: only lists whose items have keys know. */
export const itemBefore = (before: Before | undefined, node: Structural, item: unknown): Before | undefined => {
  if (before === undefined || node.listType !== 'map' || !Array.isArray(before.value)) return undefined
  const key = keyOf(item, node.listKeys)
  if (key === undefined) return undefined
  const value = before.value.find((old) => keyOf(old, node.listKeys) === key)
  return value === undefined ? undefined : { value }
}

/** Whether a value is as it was. */
export const isUnchanged = (before: Before | undefined, value: unknown): boolean =>
  before !== undefined && jsonEqual(before.value, value)
