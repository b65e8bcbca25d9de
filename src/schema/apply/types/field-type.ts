import type { JsonValue } from '../../json-value.ts'

/**
 * What owning, comparing and merging must know of a type, whatever declares it (a message, or the OpenAPI schema of a
 * custom resource): structured-merge-diff's atom. A type may have several shapes; then the value says which it is.
 */
export interface FieldType {
  readonly scalar?: 'string' | 'numeric' | 'boolean' | 'untyped'
  readonly list?: ListType
  readonly map?: MapType
}

export interface ListType {
  /** Owned and replaced as a whole. */
  readonly atomic: boolean
  /** By which an item is known, in their declared order; none in a list that is no atomic one: a set of scalars. */
  readonly keys: readonly string[]
  /** The keys that an item may leave out, and what they are then. */
  readonly keyDefaults: ReadonlyMap<string, JsonValue>
  readonly items: FieldType
}

/** A struct, a map, or a struct that may hold more than its fields. */
export interface MapType {
  /** Owned and replaced as a whole. */
  readonly atomic: boolean
  readonly fields: ReadonlyMap<string, FieldEntry>
  /** Of what is no field; absent: there is nothing else. */
  readonly elements?: FieldType
  /** What is passed over where objects are compared: it is nobody's. */
  readonly ignored?: ReadonlySet<string>
}

/** A field of a struct. In an object that is held by its message, absence and zero are one. */
export interface FieldEntry {
  readonly type: FieldType
  /** What stands in JSON where the object has nothing: `{}` of a struct in Go that is no pointer; undefined: nothing. */
  readonly absent: JsonValue | undefined
  /** Zero, and an empty list or map, is as good as absent. */
  readonly omitsZero: boolean
}

const NO_KEYS = { keys: [], keyDefaults: new Map<string, JsonValue>() }
const NO_FIELDS = new Map<string, FieldEntry>()

/** A list that is owned as a whole. */
export const atomicList = (items: FieldType): FieldType => ({ list: { atomic: true, ...NO_KEYS, items } })
/** A list without order of scalars that stand in it once. */
export const setList = (items: FieldType): FieldType => ({ list: { atomic: false, ...NO_KEYS, items } })
/** A list of objects, each known by its keys. */
export const keyedList = (
  items: FieldType,
  keys: readonly string[],
  keyDefaults: ReadonlyMap<string, JsonValue>,
): FieldType => ({ list: { atomic: false, keys, keyDefaults, items } })
/** A map of anything of one type. */
export const mapOf = (elements: FieldType, atomic: boolean): FieldType => ({
  map: { atomic, fields: NO_FIELDS, elements },
})

const untypedAtomic: { -readonly [Key in keyof FieldType]: FieldType[Key] } = { scalar: 'untyped' }
untypedAtomic.list = { atomic: true, ...NO_KEYS, items: untypedAtomic }
untypedAtomic.map = { atomic: true, fields: NO_FIELDS, elements: untypedAtomic }

/** Anything, owned as a whole. */
export const UNTYPED: FieldType = untypedAtomic

const untypedDeduced: { -readonly [Key in keyof FieldType]: FieldType[Key] } = {
  scalar: 'untyped',
  list: { atomic: true, ...NO_KEYS, items: untypedAtomic },
}
untypedDeduced.map = { atomic: false, fields: NO_FIELDS, elements: untypedDeduced }

/** Anything: objects by their members, lists as a whole. */
export const DEDUCED: FieldType = untypedDeduced

/** A scalar of whichever kind: a quantity, a time, an int-or-string. */
export const UNTYPED_SCALAR: FieldType = { scalar: 'untyped' }
