import { type FieldPlan, Kind, type MessagePlan, setMember, zeroOf } from '../plan.ts'
import { canonicalQuantity, QuantityError } from '../quantity.ts'
import { canonicalMicroTime, canonicalTime } from '../time.ts'
import { JsonError } from './json-error.ts'
import { isTypeMeta } from './json-scan.ts'

type Members = { [key: string]: unknown }

/** Where in the body a walk stands, for errors, and how many fields it met that no table names. */
export interface Walk {
  /** Field names from the root, as Go's decoder tracks them: without indexes and map keys. */
  readonly path: string[]
  unknown: number
}

/** The words for a JSON value's type in Go's errors. */
const typeName = (value: unknown): string => {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'object') return 'object'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}

const mismatch = (walk: Walk, owner: MessagePlan, goType: string, value: unknown, withValue = false): never => {
  const got = withValue ? `number ${value}` : typeName(value)
  throw new JsonError(
    'JSON_TYPE',
    walk.path.length === 0
      ? `json: cannot unmarshal ${got} into Go value of type ${goType}`
      : `json: cannot unmarshal ${got} into Go struct field ${owner.name}.${walk.path.join('.')} of type ${goType}`,
  )
}

/**
 * A message from a JSON value: fields in the order of the table, absent and null ones left out, zero values of
 * `required` fields and value messages filled in. Numbers, quantities, times are checked and made canonical; fields
 * that no table names are counted and dropped.
 */
export const decodeMessage = (walk: Walk, plan: MessagePlan, value: unknown, goType: string, owner = plan): Members => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mismatch(walk, owner, goType, value)
  const source = value as Members
  const object: Members = {}
  if (plan.gvk !== undefined) decodeTypeMeta(walk, plan, source, object)
  for (const name in source) if (!plan.byName.has(name) && !(plan.gvk !== undefined && isTypeMeta(name))) walk.unknown++
  for (const field of plan.flat) {
    const given = source[field.name]
    if (given === undefined || given === null) {
      fillAbsent(object, field)
      continue
    }
    walk.path.push(field.name)
    decodeField(walk, plan, field, given, object)
    walk.path.pop()
  }
  return object
}

/**
 * An object of an open message: the fields of its table as everywhere, and all else as it stands. The value is the
 * callee's to keep.
 */
export const decodeOpen = (walk: Walk, plan: MessagePlan, value: unknown): Members => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return mismatch(walk, plan, 'map[string]interface {}', value)
  const source = value as Members
  const object: Members = {}
  decodeTypeMeta(walk, plan, source, object)
  for (const field of plan.flat) {
    const given = source[field.name]
    // Kubernetes reads it by itself: its errors are told from there on.
    if (given === undefined || given === null) fillAbsent(object, field)
    else decodeField(walk, field.message ?? plan, field, given, object)
  }
  for (const name of Object.keys(source))
    if (!plan.byName.has(name) && !isTypeMeta(name)) setMember(object, name, source[name])
  return object
}

const decodeTypeMeta = (walk: Walk, plan: MessagePlan, source: Members, object: Members): void => {
  for (const name of ['kind', 'apiVersion']) {
    const value = source[name]
    if (value === undefined || value === null || value === '') continue
    if (typeof value !== 'string') {
      walk.path.push(name)
      mismatch(walk, plan, 'string', value)
    }
    object[name] = value
  }
}

/** What an absent field holds: Go's value types have a zero, pointers, lists and maps have nothing. */
export const fillAbsent = (object: Members, field: FieldPlan): void => {
  if (field.presence !== 'required' && field.presence !== 'field') return
  if (field.kind === Kind.message) object[field.name] = emptyMessage(field.message!)
  else if (field.presence === 'required' || field.kind === Kind.quantity || field.kind === Kind.intOrString) {
    const zero = field.kind === Kind.strings ? [] : zeroOf(field.kind)
    if (zero !== undefined) object[field.name] = zero
  }
}

/** A message none of whose fields is set. */
export const emptyMessage = (plan: MessagePlan): Members => {
  const object: Members = {}
  for (const field of plan.flat) fillAbsent(object, field)
  return object
}

const decodeField = (walk: Walk, owner: MessagePlan, field: FieldPlan, value: unknown, object: Members): void => {
  switch (field.presence) {
    case 'list': {
      // Go reads a base64 string into []byte alone; every other list is an array.
      if (!Array.isArray(value)) throw mismatch(walk, owner, field.goType, value)
      if (value.length === 0 && !field.always) return
      const items = new Array<unknown>(value.length)
      for (let index = 0; index < value.length; index++) items[index] = decodeItem(walk, owner, field, value[index])
      object[field.name] = items
      return
    }
    case 'map': {
      if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(walk, owner, field.goType, value)
      const entries: Members = {}
      let count = 0
      for (const key in value as Members) {
        setMember(entries, key, decodeItem(walk, owner, field, (value as Members)[key]))
        count++
      }
      if (count > 0 || field.always) object[field.name] = entries
      return
    }
    case 'field': {
      const decoded = decodeValue(walk, owner, field, value)
      // A zero value says nothing that absence does not say, save where JSON always shows it.
      if (
        decoded !== undefined &&
        (field.kind >= Kind.message || (decoded !== '' && decoded !== 0 && decoded !== false))
      )
        object[field.name] = decoded
      return
    }
    default: {
      const decoded = decodeValue(walk, owner, field, value)
      if (decoded !== undefined) object[field.name] = decoded
    }
  }
}

/** An item of a list or map, where null stands for the zero value. */
const decodeItem = (walk: Walk, owner: MessagePlan, field: FieldPlan, value: unknown): unknown => {
  if (value !== null) return decodeValue(walk, owner, field, value) ?? null
  return field.kind === Kind.message ? emptyMessage(field.message!) : (zeroOf(field.kind) ?? null)
}

const decodeValue = (walk: Walk, owner: MessagePlan, field: FieldPlan, value: unknown): unknown => {
  switch (field.kind) {
    case Kind.string:
      return typeof value === 'string' ? value : mismatch(walk, owner, field.goItemType, value)
    case Kind.bool:
      return typeof value === 'boolean' ? value : mismatch(walk, owner, 'bool', value)
    case Kind.int32:
      return decodeInteger(walk, owner, 'int32', value, 0x7fffffff)
    case Kind.int64:
      return decodeInteger(walk, owner, 'int64', value, Number.MAX_SAFE_INTEGER)
    case Kind.double:
      if (typeof value === 'bigint') return Number(value)
      return typeof value === 'number' ? value : mismatch(walk, owner, 'float64', value)
    case Kind.bytes:
      if (typeof value !== 'string') return mismatch(walk, owner, '[]uint8', value)
      return checkBase64(value)
    case Kind.message:
      return decodeMessage(walk, field.message!, value, field.goItemType, owner)
    case Kind.quantity:
      return decodeQuantity(value)
    case Kind.intOrString:
      if (typeof value === 'string') return value
      return decodeInteger(walk, owner, 'int32', value, 0x7fffffff)
    case Kind.time:
    case Kind.microTime:
      return decodeTime(walk, owner, field, value)
    case Kind.strings:
      if (!Array.isArray(value)) return mismatch(walk, owner, '[]string', value)
      return decodeStrings(walk, owner, value)
    case Kind.either:
      return decodeEither(walk, owner, field, value)
    default:
      return value
  }
}

const decodeStrings = (walk: Walk, owner: MessagePlan, items: readonly unknown[]): readonly unknown[] =>
  items.map((item) => (typeof item === 'string' ? item : mismatch(walk, owner, 'string', item)))

const decodeEither = (walk: Walk, owner: MessagePlan, field: FieldPlan, value: unknown): unknown => {
  const plan = field.message!
  const decode = (one: unknown): Members => decodeMessage(walk, plan, one, `v1.${plan.name}`, owner)
  switch (field.either!.or) {
    case 'list':
      return Array.isArray(value) ? value.map(decode) : decode(value)
    case 'strings':
      return Array.isArray(value) ? decodeStrings(walk, owner, value) : decode(value)
    case 'bool':
      if (typeof value === 'boolean') return value
      if (typeof value === 'object' && !Array.isArray(value)) return decode(value)
      throw new JsonError('JSON_VALUE', 'boolean or JSON schema expected')
  }
}

/** What the types of messages hold: integers to 2^53. Past it an int64 is refused rather than rounded. */
const decodeInteger = (walk: Walk, owner: MessagePlan, goType: string, value: unknown, max: number): number => {
  if (typeof value !== 'number') return mismatch(walk, owner, goType, value, typeof value === 'bigint')
  const min = goType === 'int32' ? -max - 1 : -max
  if (!Number.isInteger(value) || value > max || value < min) return mismatch(walk, owner, goType, value, true)
  // -0 is 0 on the wire.
  return value === 0 ? 0 : value
}

const decodeQuantity = (value: unknown): string => {
  const text =
    typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : JSON.stringify(value)
  try {
    return text === '' ? '0' : canonicalQuantity(text)
  } catch (error) {
    if (error instanceof QuantityError) throw new JsonError('JSON_VALUE', error.message)
    throw error
  }
}

const decodeTime = (walk: Walk, owner: MessagePlan, field: FieldPlan, value: unknown): string | undefined => {
  if (typeof value !== 'string') return mismatch(walk, owner, 'string', value)
  const time = field.kind === Kind.time ? canonicalTime(value) : canonicalMicroTime(value)
  if (time === undefined) {
    const layout = field.kind === Kind.time ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00'
    const text = JSON.stringify(value)
    throw new JsonError('JSON_VALUE', `parsing time ${text} as "${layout}": cannot parse ${text} as "2006"`)
  }
  return time === '' ? undefined : time
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const checkBase64 = (value: string): string => {
  // Go skips line ends inside base64.
  const text = /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, '') : value
  if (BASE64.test(text)) return text
  const at = Math.max(value.search(/[^A-Za-z0-9+/\r\n]/), 0)
  throw new JsonError('JSON_VALUE', `illegal base64 data at input byte ${at}`)
}
