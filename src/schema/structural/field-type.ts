import {
  atomicList,
  DEDUCED,
  type FieldEntry,
  type FieldType,
  keyedList,
  setList,
  UNTYPED,
  UNTYPED_SCALAR,
} from '../apply/types/field-type.ts'
import type { JsonValue } from '../json-value.ts'
import type { Structural } from './structural.ts'

const SCALARS: { readonly [type: string]: FieldType } = {
  string: { scalar: 'string' },
  integer: { scalar: 'numeric' },
  number: { scalar: 'numeric' },
  boolean: { scalar: 'boolean' },
}
const STRING: FieldType = { scalar: 'string' }

/** What is absent in a custom resource is absent: JSON shows nothing in its place. */
const entry = (type: FieldType): FieldEntry => ({ type, absent: undefined, omitsZero: false })

const listOf = (node: Structural, metadata: FieldType): FieldType => {
  const items = node.items === undefined ? UNTYPED : typeOf(node.items, metadata)
  if (node.listType === 'set') return setList(items)
  if (node.listType !== 'map') return atomicList(items)
  const defaults = node.listKeys.flatMap((key): readonly [string, JsonValue][] => {
    const value = node.items?.properties.get(key)?.default
    return value === undefined || value === null ? [] : [[key, value as JsonValue]]
  })
  return keyedList(items, node.listKeys, new Map(defaults))
}

const elementsOf = ({ additional, preservesUnknown }: Structural, metadata: FieldType): FieldType | undefined => {
  if (preservesUnknown) return DEDUCED
  if (typeof additional === 'object') return typeOf(additional, metadata)
  return additional === true ? UNTYPED : undefined
}

const mapOf = (node: Structural, metadata: FieldType): FieldType => {
  const elements = elementsOf(node, metadata)
  const fields = new Map<string, FieldEntry>()
  for (const [name, property] of node.properties) fields.set(name, entry(typeOf(property, metadata)))
  if (node.isResource) {
    for (const name of ['apiVersion', 'kind']) fields.set(name, entry(STRING))
    fields.set('metadata', entry(metadata))
  }
  return { map: { atomic: node.isAtomicMap, fields, ...(elements && { elements }) } }
}

const typeOf = (node: Structural, metadata: FieldType): FieldType => {
  const [type = '', other] = node.types
  if (other !== undefined) return UNTYPED_SCALAR
  if (type === 'array') return listOf(node, metadata)
  if (type === 'object') return mapOf(node, metadata)
  return SCALARS[type] ?? (node.preservesUnknown ? DEDUCED : UNTYPED)
}

/**
 * What owning and applying must know of the objects of a schema; `metadata` is the type of theirs, which no schema says.
 */
export const structuralType = (node: Structural, metadata: FieldType): FieldType =>
  mapOf({ ...node, isResource: true }, metadata)
