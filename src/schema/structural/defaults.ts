import { copyJson } from '../copy-json.ts'
import { own } from '../own.ts'
import { setMember } from '../plan.ts'
import type { Structural } from './structural.ts'

type Members = { [name: string]: unknown }

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const schemaOf = (additional: Structural['additional']): Structural | undefined =>
  typeof additional === 'object' ? additional : undefined

/** A null where none may be, which a default takes the place of. */
const isWrongNull = (value: unknown, schema: Structural | undefined): schema is Structural =>
  value === null && schema !== undefined && !schema.nullable

/**
 * Takes away, in place, each null of a member that may not be null and has no default, as Go's decoders do not see such
 * a null. Those with a default are left for `applySchemaDefaults`.
 */
export const pruneNulls = (value: unknown, schema: Structural | undefined): void => {
  if (Array.isArray(value)) {
    for (const item of value) pruneNulls(item, schema?.items)
    return
  }
  if (!isMembers(value)) return
  for (const name of Object.keys(value)) {
    const inner = schema?.properties.get(name) ?? schemaOf(schema?.additional)
    if (isWrongNull(value[name], inner) && !hasDefault(inner)) delete value[name]
    else pruneNulls(value[name], inner)
  }
}

const hasDefault = (schema: Structural): boolean => schema.default !== undefined && schema.default !== null

/** Writes the defaults of a schema into a value, in place, at every depth. */
export const applySchemaDefaults = (value: unknown, schema: Structural | undefined): void => {
  if (schema === undefined) return
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (isWrongNull(value[index], schema.items)) value[index] = copyJson(schema.items.default ?? null)
      applySchemaDefaults(value[index], schema.items)
    }
    return
  }
  if (!isMembers(value)) return
  for (const [name, inner] of schema.properties) {
    if (!hasDefault(inner)) continue
    const held = own(value, name)
    if (held === undefined || isWrongNull(held, inner)) setMember(value, name, copyJson(inner.default))
  }
  const additional = schemaOf(schema.additional)
  for (const name of Object.keys(value)) {
    const known = schema.properties.get(name)
    if (known === undefined && isWrongNull(value[name], additional))
      setMember(value, name, copyJson(additional.default ?? null))
    applySchemaDefaults(value[name], known ?? additional)
  }
}
