/** The types of CEL, as cel-go names them. */
export type CelType =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'list'; readonly of: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'type'; readonly of?: CelType }
  | { readonly kind: 'opaque'; readonly name: string; readonly of: readonly CelType[] }
  | ObjectType
  | { readonly kind: 'param'; readonly name: string }

export type SimpleKind =
  | 'dyn'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'error'

/** A type of its own name. Types of one name are one. */
export interface ObjectType {
  readonly kind: 'object'
  readonly name: string
  readonly fields: ReadonlyMap<string, CelType>
}

const simple = (kind: SimpleKind): CelType => ({ kind })

export const DYN = simple('dyn')
export const NULL = simple('null')
export const BOOL = simple('bool')
export const INT = simple('int')
export const UINT = simple('uint')
export const DOUBLE = simple('double')
export const STRING = simple('string')
export const BYTES = simple('bytes')
export const TIMESTAMP = simple('timestamp')
export const DURATION = simple('duration')
export const ERROR = simple('error')

export const listOf = (of: CelType): CelType => ({ kind: 'list', of })
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value })
export const typeOf = (of: CelType): CelType => ({ kind: 'type', of })
export const optionalOf = (of: CelType): CelType => ({ kind: 'opaque', name: 'optional_type', of: [of] })
export const objectOf = (name: string, fields: ReadonlyMap<string, CelType> = new Map()): ObjectType => ({
  kind: 'object',
  name,
  fields,
})

/** The types that a type is made of. */
export const partsOf = (type: CelType): readonly CelType[] => {
  switch (type.kind) {
    case 'list':
      return [type.of]
    case 'map':
      return [type.key, type.value]
    case 'type':
      return type.of === undefined ? [] : [type.of]
    case 'opaque':
      return type.of
    default:
      return []
  }
}

/** What an optional may hold; undefined for what is none. */
export const unwrapOptional = (type: CelType): CelType | undefined =>
  type.kind === 'opaque' && type.name === 'optional_type' ? type.of[0] : undefined

/** A type as it is told of: `list(string)`. */
export const typeText = (type: CelType): string => {
  switch (type.kind) {
    case 'list':
    case 'map':
      return `${type.kind}(${partsOf(type).map(typeText).join(', ')})`
    case 'type':
      return type.of === undefined ? 'type' : `type(${typeText(type.of)})`
    case 'opaque':
      return type.of.length === 0 ? type.name : `${type.name}(${type.of.map(typeText).join(', ')})`
    case 'object':
    case 'param':
      return type.name
    case 'error':
      return '!error!'
    default:
      return type.kind
  }
}

/** Whether two types are the same. */
export const isSameType = (one: CelType, other: CelType): boolean => {
  if (one === other) return true
  if (one.kind !== other.kind || nameOf(one) !== nameOf(other)) return false
  const [parts, others] = [partsOf(one), partsOf(other)]
  return parts.length === others.length && parts.every((part, index) => isSameType(part, others[index]!))
}

const nameOf = (type: CelType): string => ('name' in type ? type.name : '')
