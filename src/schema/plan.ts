import type { Either, Field, Fields, MessageClass, OpenContent, Presence, Scalar, Special, Type } from './schema.ts'

/** What stands on the wire, as a number so that a codec's switch is a jump. */
export const Kind = {
  string: 0,
  bool: 1,
  int32: 2,
  int64: 3,
  double: 4,
  bytes: 5,
  message: 6,
  quantity: 7,
  intOrString: 8,
  time: 9,
  microTime: 10,
  raw: 11,
  fieldsV1: 12,
  strings: 13,
  json: 14,
  either: 15,
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Protobuf wire types. */
export const Wire = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const

/** One field, ready to be read and written. */
export interface FieldPlan {
  readonly name: string
  readonly number: number
  readonly kind: Kind
  readonly presence: Presence
  /** Wire type of one value; a map's entries are messages, whose field 2 has this type. */
  readonly wire: number
  /** The key before one value in protobuf: the number and the wire type. */
  readonly tag: number
  /** Of a message's fields, and of the message that an `either` may be; undefined for everything else. */
  readonly message: MessagePlan | undefined
  readonly either: Either | undefined
  readonly always: boolean
  readonly omitZero: boolean
  /** Of a map: the keys that are read; undefined: all. */
  readonly only: ReadonlySet<string> | undefined
  /** The type as Go's errors name it: `int32`, `[]v1.ServicePort`, `map[string]string`. */
  readonly goType: string
  /** The same for one item. */
  readonly goItemType: string
}

export interface MessagePlan {
  readonly name: string
  readonly gvk: readonly [string, string] | undefined
  readonly open: OpenContent | undefined
  /** In declaration order, as JSON is written; inline messages as one field. */
  readonly fields: readonly FieldPlan[]
  /** The same with the fields of inline messages in their place. */
  readonly flat: readonly FieldPlan[]
  readonly byName: ReadonlyMap<string, FieldPlan>
  /** Sparse, by field number. */
  readonly byNumber: readonly (FieldPlan | undefined)[]
  /** Highest number first: protobuf is written backwards. */
  readonly descending: readonly FieldPlan[]
}

interface MutablePlan {
  name: string
  gvk: readonly [string, string] | undefined
  open: OpenContent | undefined
  fields: FieldPlan[]
  flat: FieldPlan[]
  byName: Map<string, FieldPlan>
  byNumber: (FieldPlan | undefined)[]
  descending: FieldPlan[]
}

const plans = new WeakMap<MessageClass<unknown>, MutablePlan>()

/** The plan of a message, compiled on first use and kept. */
export const planOf = (message: MessageClass<unknown>): MessagePlan => plans.get(message) ?? compile(message, [])

const compile = (message: MessageClass<unknown>, above: readonly MutablePlan[]): MutablePlan => {
  const known = plans.get(message)
  if (known !== undefined) return known
  const plan: MutablePlan = {
    name: message.messageName,
    gvk: message.gvk,
    open: message.open,
    fields: [],
    flat: [],
    byName: new Map(),
    byNumber: [],
    descending: [],
  }
  // Set before the fields are compiled, so that a message may hold itself.
  plans.set(message, plan)
  const chain = [...above, plan]
  for (const [name, field] of Object.entries(message.fields as Fields)) {
    const compiled = compileField(name, field, chain)
    plan.fields.push(compiled)
    plan.byNumber[compiled.number] = compiled
    if (compiled.presence === 'inline') plan.flat.push(...compiled.message!.flat)
    else plan.flat.push(compiled)
  }
  for (const field of plan.flat) plan.byName.set(field.name, field)
  plan.descending = [...plan.fields].sort((left, right) => right.number - left.number)
  return plan
}

const compileField = (name: string, field: Field<unknown, Presence>, chain: readonly MutablePlan[]): FieldPlan => {
  const { kind, message, either, goType } = resolve(field.type, chain)
  const wire = wireOf(kind)
  const { presence } = field
  return {
    name,
    number: field.n,
    kind,
    presence,
    wire,
    tag: (field.n << 3) | (presence === 'map' ? Wire.length : wire),
    message,
    either,
    always: field.options.always === true,
    omitZero: field.options.omitZero === true,
    only: field.options.only && new Set(field.options.only),
    goType: presence === 'list' ? `[]${goType}` : presence === 'map' ? `map[string]${goType}` : goType,
    goItemType: goType,
  }
}

interface Resolved {
  readonly kind: Kind
  readonly message?: MessagePlan
  readonly either?: Either
  readonly goType: string
}

const resolve = (type: Type<unknown>, chain: readonly MutablePlan[]): Resolved => {
  if ('messageName' in type)
    return { kind: Kind.message, message: compile(type, chain), goType: `v1.${type.messageName}` }
  if (type.kind === 'enum') return { kind: Kind.string, goType: 'string' }
  if (type.kind === 'scalar') {
    const name = (type as Scalar<unknown>).scalar
    return { kind: Kind[name], goType: name === 'bytes' ? '[]uint8' : name === 'double' ? 'float64' : name }
  }
  if (type.kind === 'special') {
    const name = (type as Special<unknown>).special
    return { kind: Kind[name], goType: SPECIAL_GO_TYPES[name] ?? 'object' }
  }
  if (type.kind === 'either') {
    const either = type as Either
    return { kind: Kind.either, message: resolve(either.of, chain).message!, either, goType: `v1.${either.name}` }
  }
  // A ref names a message that the declaration stands in: recursion is its only use.
  const target = (type as { readonly name?: string }).name
  const plan = chain.findLast((candidate) => candidate.name === target)
  if (plan === undefined) throw new TypeError(`ref('${target}') stands outside of the message that it names`)
  return { kind: Kind.message, message: plan, goType: `v1.${plan.name}` }
}

const SPECIAL_GO_TYPES: { readonly [name: string]: string } = {
  // What Go's UnmarshalJSON of these types reads inside.
  intOrString: 'int32',
  time: 'string',
  microTime: 'string',
  strings: '[]string',
}

const wireOf = (kind: Kind): number => {
  if (kind === Kind.double) return Wire.fixed64
  return kind === Kind.bool || kind === Kind.int32 || kind === Kind.int64 ? Wire.varint : Wire.length
}

/** The value of an absent scalar; undefined where absence has no value of its own. */
export const zeroOf = (kind: Kind): string | number | boolean | undefined => {
  switch (kind) {
    case Kind.string:
    case Kind.bytes:
      return ''
    case Kind.bool:
      return false
    case Kind.int32:
    case Kind.int64:
    case Kind.double:
    case Kind.intOrString:
      return 0
    case Kind.quantity:
      return '0'
    default:
      return undefined
  }
}

/** Sets a member by any name, `__proto__` too. */
export const setMember = (object: { [key: string]: unknown }, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}
