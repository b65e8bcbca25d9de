import type { FieldType } from './field-type.ts'

/** Paths of struct fields, from the root. */
export type FieldNames = readonly (readonly string[])[]

/** The same type without these fields: they are passed over where objects are compared. */
export const narrowedType = (type: FieldType, paths: FieldNames): FieldType => {
  if (type.map === undefined || paths.length === 0) return type
  const { map } = type
  const ignored = new Set(map.ignored)
  const fields = new Map(map.fields)
  const deeper = new Map<string, string[][]>()
  for (const [name, ...rest] of paths) {
    if (name === undefined) continue
    if (rest.length === 0) {
      ignored.add(name)
      fields.delete(name)
    } else deeper.set(name, [...(deeper.get(name) ?? []), rest])
  }
  for (const [name, below] of deeper) {
    const entry = fields.get(name)
    if (entry !== undefined) fields.set(name, { ...entry, type: narrowedType(entry.type, below) })
  }
  return { ...type, map: { ...map, fields, ignored } }
}
