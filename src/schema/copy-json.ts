import { isJsonObject } from './json-value.ts'
import { setMember } from './plan.ts'

/** A deep copy: its owner may change it. */
export const copyJson = <T>(value: T): T => copyOf(value) as T

const copyOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isJsonObject(value)) return value
  const copy: { [name: string]: unknown } = {}
  for (const name of Object.keys(value)) setMember(copy, name, copyOf(value[name]))
  return copy
}
