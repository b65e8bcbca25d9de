/**
 * How a field stands in its message, as Go declares it: `field` a value that is left out of JSON when zero, `optional`
 * a pointer, `required` a value that JSON always holds, `inline` an embedded message.
 */
export type Presence = 'field' | 'optional' | 'required' | 'list' | 'map' | 'inline'
declare const STATIC: unique symbol
/** A descriptor at run time that carries T for the compiler alone. */
interface Plain<T> {
  readonly kind: string
  readonly [STATIC]?: T
}
export type Type<T> = Plain<T> | MessageClass<T>
interface MessageOptions {
  readonly atomic?: boolean
  /** One of these fields alone is set; the discriminator, where there is one, says which. OpenAPI names them. */
  readonly union?: Union
}
interface Union {
  readonly discriminator?: string
  readonly fields: readonly string[]
}
/** What an object may hold beside the fields of its table: whoever declares the message says it. */
export interface OpenContent {
  /**
   * Makes the members of a JSON object what they are to be, in place, but for those of the table. The answer is the paths
   * of those that were taken away, in order. Throws JsonError.
   */
  readonly settle: (object: { [name: string]: unknown }) => readonly string[]
  /** The JSON Schema of the whole in OpenAPI, given the reference to a message's schema. */
  readonly schema: (dialect: 'v2' | 'v3', refer: (message: MessageClass<unknown>) => object) => object
}

export interface MessageClass<T> {
  new (never: never): T
  readonly messageName: string
  /** Where it is declared, as OpenAPI names it: `io.k8s.api.core.v1`. Two packages may have messages of one name. */
  readonly package: string
  readonly fields: Fields
  readonly options: Options
  readonly gvk: readonly [string, string] | undefined
  /** Absent: it holds the fields of its table, and no others. */
  readonly open?: OpenContent | undefined
}
export interface Scalar<T> extends Plain<T> {
  readonly scalar: ScalarName
}
type ScalarName = 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'bytes'
const scalar = <T>(name: ScalarName): Scalar<T> => ({ kind: 'scalar', scalar: name })
export const string: Scalar<string> = scalar('string')
export const bool: Scalar<boolean> = scalar('bool')
export const int32: Scalar<number> = scalar('int32')
export const int64: Scalar<number> = scalar('int64')
export const double: Scalar<number> = scalar('double')
export const bytes: Scalar<string> = scalar('bytes') // base64 text in JSON and in memory
interface OneOf<T> extends Plain<T> {
  readonly values: readonly T[]
}
export const oneOf = <const V extends readonly string[]>(...values: V): OneOf<V[number]> => ({ kind: 'enum', values })
export interface Special<T> extends Plain<T> {
  readonly special: 'quantity' | 'intOrString' | 'time' | 'microTime' | 'raw' | 'fieldsV1' | 'strings' | 'json'
}
export const quantity: Special<string> = { kind: 'special', special: 'quantity' }
export const intOrString: Special<number | string> = { kind: 'special', special: 'intOrString' }
export const time: Special<string> = { kind: 'special', special: 'time' }
export const microTime: Special<string> = { kind: 'special', special: 'microTime' }
export const rawExtension: Special<unknown> = { kind: 'special', special: 'raw' }
/** JSON of apiextensions; in protobuf `message { bytes raw = 1 }`. */
export const json: Special<unknown> = { kind: 'special', special: 'json' }
export const fieldsV1: Special<Record<string, unknown>> = { kind: 'special', special: 'fieldsV1' }
/** In protobuf `message { repeated string items = 1 }`. */
export const strings: Special<readonly string[]> = { kind: 'special', special: 'strings' }

/** What stands beside a message: a list of such messages, a flag, or a list of texts. */
type Alternative = 'list' | 'bool' | 'strings'
export interface Either extends Plain<unknown> {
  readonly kind: 'either'
  readonly name: string
  readonly of: Type<unknown>
  readonly or: Alternative
  /** Numbers in protobuf: of the message, and of what stands in its place. */
  readonly numbers: readonly [of: number, or: number]
}
/**
 * A message or something else, as JSON tells them apart; in protobuf a message `name` that holds one of both. Fields
 * that nobody knows are dropped inside of it without a word, as Kubernetes does where it reads such a union by hand.
 */
export const either = (
  name: string,
  of: Type<unknown>,
  or: Alternative,
  numbers: readonly [of: number, or: number],
): Either => ({ kind: 'either', name, of, or, numbers })

export interface Options {
  readonly default?: unknown
  readonly patch?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys'
  readonly patchKey?: string
  readonly keys?: readonly string[]
  readonly list?: 'atomic' | 'set' | 'map'
  readonly atomic?: boolean
  /** OpenAPI says that each entry of the map has its own owner, as it is where nothing is said. */
  readonly granular?: boolean
  readonly union?: Union
  readonly optional?: boolean
  /** OpenAPI says that it must be there, though JSON leaves it out when zero. */
  readonly required?: boolean
  readonly always?: boolean
  /** Go's omitzero: what is not set is left out of JSON where it would stand as null. */
  readonly omitZero?: boolean
  readonly proto?: string
  /** Of a map: the keys that are kept where protobuf is read. */
  readonly only?: readonly string[]
}
export interface Field<T, P extends Presence> {
  readonly n: number
  readonly presence: P
  readonly type: Type<T>
  readonly options: Options
}
const none = {}
interface FieldOptions<T> {
  readonly default?: T | `ref(${string}`
  readonly optional?: boolean
  readonly always?: boolean
  readonly required?: boolean
  readonly omitZero?: boolean
  readonly proto?: string
  readonly list?: 'atomic'
  readonly atomic?: boolean
  readonly patch?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys'
}
interface ListOptions<T> {
  readonly keys?: readonly (keyof T & string)[]
  readonly list?: 'atomic' | 'set'
  readonly patch?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys'
  readonly patchKey?: keyof T & string
  readonly always?: boolean
  readonly optional?: boolean
  readonly required?: boolean
  readonly default?: unknown
  readonly proto?: string
}
/** A value in Go: protobuf always writes it, JSON leaves it out when zero. `n` is the number in protobuf. */
export const field = <T>(n: number, type: Type<T>, options: FieldOptions<NoInfer<T>> = none): Field<T, 'field'> => ({
  n,
  presence: 'field',
  type,
  options,
})
/** A pointer in Go: written where it is set, also when it is zero. */
export const optional = <T>(
  n: number,
  type: Type<T>,
  options: FieldOptions<NoInfer<T>> = none,
): Field<T, 'optional'> => ({ n, presence: 'optional', type, options })
/** A value in Go without omitempty: always in JSON, and `required` in OpenAPI. */
export const required = <T>(
  n: number,
  type: Type<T>,
  options: FieldOptions<NoInfer<T>> = none,
): Field<T, 'required'> => ({ n, presence: 'required', type, options })
/** A repeated field. `keys`, `patch` and `patchKey` say how server-side apply and strategic merge tell items apart. */
export const list = <T>(
  n: number,
  type: Type<T>,
  options: ListOptions<NoInfer<T>> = none,
): Field<readonly T[], 'list'> => ({ n, presence: 'list', type: type as Type<never>, options })
/** A map by text keys. In protobuf it is written as repeated pairs, sorted by the keys’ bytes. */
export const map = <T>(
  n: number,
  type: Type<T>,
  options: Options = none,
): Field<{ readonly [key: string]: T }, 'map'> => ({ n, presence: 'map', type: type as Type<never>, options })
/** The fields of another message among this one’s own in JSON (Go’s `inline`), but one field in protobuf. */
export const inline = <T>(n: number, type: Type<T>): Field<T, 'inline'> => ({
  n,
  presence: 'inline',
  type,
  options: none,
})

export type Fields = { readonly [name: string]: Field<unknown, Presence> }
type Simplify<T> = { [K in keyof T]: T[K] }
type Intersect<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never
type ValueOf<X> = X extends Field<infer T, Presence> ? T : never
type InlineKeys<F> = { [K in keyof F]: F[K] extends Field<unknown, 'inline'> ? K : never }[keyof F]
type InlinePart<F> = [InlineKeys<F>] extends [never] ? unknown : Intersect<ValueOf<F[InlineKeys<F>]>>
// `as` filters keep the link from a property to its declaration, so that "go to definition" lands in the table.
type Shape<F> = Simplify<
  { readonly [K in keyof F as F[K] extends Field<unknown, 'required'> ? K : never]: ValueOf<F[K]> } & {
    readonly [K in keyof F as F[K] extends Field<unknown, 'required' | 'inline'> ? never : K]?: ValueOf<F[K]>
  } & InlinePart<F>
>
interface TypeMeta<K extends string, V extends string> {
  readonly apiVersion: V
  readonly kind: K
}

/** What declares the messages of a package. Each is a class that carries its table; nothing is ever constructed. */
interface Declarations {
  /** Declares a message, whose instance type is the TypeScript shape. */
  readonly message: <const F extends Fields>(
    name: string,
    fields: F,
    options?: MessageOptions,
  ) => MessageClass<Shape<F>>
  /** Declares a message that has apiVersion and kind: an API object, a list, options. */
  readonly object: <const K extends string, const V extends string, const F extends Fields>(
    apiVersion: V,
    name: K,
    fields: F,
  ) => MessageClass<Simplify<TypeMeta<K, V> & Shape<F>>>
  /** Declares an API object that holds more than a table can say. It has no form in protobuf. */
  readonly open: (apiVersion: string, name: string, fields: Fields, content: OpenContent) => MessageClass<unknown>
}

/** The declarations of a package, by its name in OpenAPI: `declarations('io.k8s.api.core.v1')`. */
export const declarations = (name: string): Declarations => {
  const define = <T>(
    messageName: string,
    fields: Fields,
    options: Options,
    gvk?: readonly [string, string],
    open?: OpenContent,
  ): MessageClass<T> => {
    class Message {}
    const declared = { messageName, package: name, options, fields, gvk, open }
    return Object.assign(Message, declared) as unknown as MessageClass<T>
  }
  return {
    message: (messageName, fields, options = none) => define(messageName, fields, options),
    object: (apiVersion, kind, fields) => define(kind, fields, none, [apiVersion, kind]),
    open: (apiVersion, kind, fields, content) => define(kind, fields, none, [apiVersion, kind], content),
  }
}
/** A message by its name, where it stands further down or is recursive: `ref<JSONSchemaProps>('JSONSchemaProps')`. */
export const ref = <T>(name: string): Plain<T> => ({ kind: 'ref', name }) as Plain<T>
export type Infer<X> = X extends Plain<infer T> ? T : never
