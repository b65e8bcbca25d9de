import { own } from '../../own.ts'
import type { Field, Fields, MessageClass, Presence, Special } from '../../schema.ts'
import { unfit } from './patch-error.ts'

export type AnyField = Field<unknown, Presence>

type Message = MessageClass<unknown>

/** Where in an object a patch stands: at a message, or at what has no fields that are declared. */
export interface Place {
  /** Go's word for it. */
  readonly kind: 'struct' | 'map' | 'string'
  /** Of a struct. */
  readonly name: string
  readonly message: Message | undefined
  /** The messages that it stands in, and its own. */
  readonly within: readonly Message[]
}

/** A member that is patched: the place of its value or of its items, and how it is merged. */
interface Member {
  readonly place: Place
  /** Lists alone: merged by items. A map with `replace` is replaced. */
  readonly strategy: 'merge' | 'replace' | undefined
  readonly mergeKey: string | undefined
}

export const placeOf = (message: Message, above: readonly Message[] = []): Place => ({
  kind: 'struct',
  name: message.messageName,
  message,
  within: [...above, message],
})

const MAP: Place = { kind: 'map', name: '', message: undefined, within: [] }
const SCALAR: Place = { kind: 'string', name: '', message: undefined, within: [] }

/** The member that holds a map, or is one. Throws StrategicMergeError where there is none of the name. */
export const mapMember = (place: Place, key: string): Member => {
  const field = fieldOf(place, key)
  return { ...mergingOf(field), place: field.presence === 'map' ? MAP : valuePlace(field, place) }
}

/** The member that is a list. Throws StrategicMergeError where there is none of the name, or it is no list. */
export const listMember = (place: Place, key: string): Member => {
  const field = fieldOf(place, key)
  if (field.presence !== 'list' && specialOf(field) !== 'strings')
    throw unfit(`expected slice or array type, but got: ${place.kind}`)
  return { ...mergingOf(field), place: valuePlace(field, place) }
}

const specialOf = ({ type }: AnyField): string => ('special' in type ? (type as Special<unknown>).special : '')

const fieldOf = ({ message, kind, name }: Place, key: string): AnyField => {
  if (kind !== 'struct') throw unfit(`merging an object in json but data type is not struct, instead is: ${kind}`)
  const field = message && lookUp(message, key)
  if (field === undefined)
    throw unfit(`unable to find api field in struct ${name} for the json field ${JSON.stringify(key)}`)
  return field
}

const mergingOf = ({ options: { patch, patchKey } }: AnyField) =>
  ({
    strategy: patch?.startsWith('merge') ? 'merge' : patch === 'replace' ? 'replace' : undefined,
    mergeKey: patchKey,
  }) as const

/** What Go calls the structs that hold anything. */
const STRUCTS: { readonly [special: string]: string } = { raw: 'RawExtension', json: 'JSON', fieldsV1: 'FieldsV1' }

const valuePlace = (field: AnyField, { within }: Place): Place => {
  const { type } = field
  if ('messageName' in type) return placeOf(type, within)
  if (type.kind === 'ref') {
    const { name } = type as unknown as { readonly name: string }
    const above = within.findLastIndex(({ messageName }) => messageName === name)
    return placeOf(within[above]!, within.slice(0, above))
  }
  const name = own(STRUCTS, specialOf(field))
  return name === undefined ? SCALAR : { ...SCALAR, kind: 'struct', name }
}

const flattened = new WeakMap<Fields, ReadonlyMap<string, AnyField>>()

/** The field of that JSON name, inlined messages' fields included. */
export const lookUp = (message: MessageClass<unknown>, name: string): AnyField | undefined => {
  let fields = flattened.get(message.fields)
  if (fields === undefined) {
    fields = new Map(flatten(message.fields))
    flattened.set(message.fields, fields)
  }
  return fields.get(name)
}

const flatten = (fields: Fields): readonly (readonly [string, AnyField])[] =>
  Object.entries(fields).flatMap(([name, field]) =>
    field.presence === 'inline' ? flatten((field.type as MessageClass<unknown>).fields) : [[name, field] as const],
  )
