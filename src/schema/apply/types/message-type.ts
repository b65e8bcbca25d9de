import type { JsonValue } from '../../json-value.ts'
import { type FieldPlan, Kind, planOf, zeroOf } from '../../plan.ts'
import type { Field, Fields, MessageClass, Presence, Scalar, Special, Type } from '../../schema.ts'
import {
  atomicList,
  DEDUCED,
  type FieldEntry,
  type FieldType,
  keyedList,
  type MapType,
  mapOf,
  setList,
  UNTYPED,
  UNTYPED_SCALAR,
} from './field-type.ts'

type AnyField = Field<unknown, Presence>
type Known = ReadonlyMap<string, FieldType>

const EMPTY: JsonValue = Object.freeze({})
const STRING: FieldType = { scalar: 'string' }
const NUMERIC: FieldType = { scalar: 'numeric' }
const BOOLEAN: FieldType = { scalar: 'boolean' }

const types = new WeakMap<MessageClass<unknown>, FieldType>()

/** The type of a declared message: what OpenAPI says of it to structured-merge-diff. Made at first use, and kept. */
export const messageType = (message: MessageClass<unknown>): FieldType => compile(message, new Map())

const compile = (message: MessageClass<unknown>, above: Known): FieldType => {
  const known = types.get(message)
  if (known !== undefined) return known
  const fields = new Map<string, FieldEntry>()
  const map: MapType = { atomic: message.options.atomic === true, fields }
  const type: FieldType = { map }
  // Before its fields, so that a message may hold itself.
  types.set(message, type)
  const below = new Map(above).set(message.messageName, type)
  if (message.gvk !== undefined)
    for (const name of ['apiVersion', 'kind']) fields.set(name, { type: STRING, absent: undefined, omitsZero: true })
  addFields(fields, message, below)
  return type
}

const addFields = (into: Map<string, FieldEntry>, message: MessageClass<unknown>, known: Known): void => {
  const plan = planOf(message)
  for (const field of plan.fields) {
    const declared = (message.fields as Fields)[field.name]!
    if (field.presence === 'inline') addFields(into, declared.type as MessageClass<unknown>, known)
    else into.set(field.name, { type: typeOf(declared, known), absent: absentOf(field), omitsZero: omitsZero(field) })
  }
}

/** As JSON shows what is not set; a pointer, a list or a map is null where JSON always shows it. */
const absentOf = (field: FieldPlan): JsonValue | undefined => {
  if (field.presence !== 'field' && field.presence !== 'required') return field.always ? null : undefined
  if (field.kind === Kind.message) return EMPTY
  if (field.kind > Kind.message) return zeroOf(field.kind) ?? (field.omitZero ? undefined : null)
  return field.presence === 'required' ? zeroOf(field.kind) : undefined
}

const omitsZero = ({ presence, kind, always }: FieldPlan): boolean =>
  presence === 'list' || presence === 'map' ? !always : presence === 'field' && kind < Kind.message

const typeOf = (field: AnyField, known: Known): FieldType => {
  const one = singleOf(field.type, known)
  if (field.presence === 'map') return mapOf(one, field.options.atomic === true)
  if (field.presence === 'list') return listOf(field, one)
  // What a field says of the struct that it holds goes before what the struct says.
  const { atomic } = field.options
  if (one.map === undefined || atomic === undefined || atomic === one.map.atomic) return one
  return { ...one, map: { ...one.map, atomic } }
}

const listOf = ({ options, type }: AnyField, items: FieldType): FieldType => {
  const { list, keys, patch, patchKey } = options
  if (list === 'atomic') return atomicList(items)
  if (keys !== undefined) return keyedList(items, keys, keyDefaults(type, keys))
  if (list === 'set') return setList(items)
  if (patch !== 'merge' && patch !== 'merge,retainKeys') return atomicList(items)
  return patchKey === undefined ? setList(items) : keyedList(items, [patchKey], keyDefaults(type, [patchKey]))
}

/** A key that is left out: as declared, or the zero that JSON always shows. */
const keyDefaults = (type: Type<unknown>, keys: readonly string[]): ReadonlyMap<string, JsonValue> => {
  const defaults = new Map<string, JsonValue>()
  if (!('messageName' in type)) return defaults
  for (const key of keys) {
    const declared = flatField(type, key)
    const value = declared?.options.default ?? requiredZero(type, key)
    if (value !== undefined) defaults.set(key, value as JsonValue)
  }
  return defaults
}

const flatField = (message: MessageClass<unknown>, name: string): AnyField | undefined => {
  const { fields } = message
  if (fields[name] !== undefined) return fields[name]
  for (const field of Object.values(fields)) {
    const found = field.presence === 'inline' ? flatField(field.type as MessageClass<unknown>, name) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

const requiredZero = (message: MessageClass<unknown>, name: string): unknown => {
  const field = planOf(message).byName.get(name)
  return field?.presence === 'required' ? zeroOf(field.kind) : undefined
}

const singleOf = (type: Type<unknown>, known: Known): FieldType => {
  if ('messageName' in type) return compile(type, known)
  if (type.kind === 'enum') return STRING
  if (type.kind === 'scalar') {
    const { scalar } = type as Scalar<unknown>
    if (scalar === 'string' || scalar === 'bytes') return STRING
    return scalar === 'bool' ? BOOLEAN : NUMERIC
  }
  // What OpenAPI has no words for.
  if (type.kind === 'either') return DEDUCED
  if (type.kind === 'special') return specialOf((type as Special<unknown>).special)
  const { name } = type as unknown as { readonly name: string }
  const target = known.get(name)
  if (target === undefined) throw new TypeError(`ref('${name}') stands outside of the message that it names`)
  return target
}

const specialOf = (special: Special<unknown>['special']): FieldType => {
  switch (special) {
    case 'raw':
      return UNTYPED
    case 'json':
    case 'fieldsV1':
      return DEDUCED
    case 'strings':
      return atomicList(STRING)
    default:
      return UNTYPED_SCALAR
  }
}
