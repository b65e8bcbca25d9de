import type { Either, Field, Fields, MessageClass, Options, Presence, Type } from '../schema.ts'
import { SCALAR_SCHEMAS } from './scalar-schemas.ts'

/** A JSON Schema object of OpenAPI, of either version. */
export interface Schema {
  $ref?: string
  allOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  type?: string
  format?: string
  description?: string
  default?: unknown
  enum?: readonly unknown[]
  items?: Schema
  additionalProperties?: Schema | boolean
  properties?: { [name: string]: Schema }
  required?: readonly string[]
  // What schemas of custom resources say besides.
  title?: string
  anyOf?: readonly Schema[]
  not?: Schema
  nullable?: boolean
  pattern?: string
  multipleOf?: number
  maximum?: number
  exclusiveMaximum?: boolean
  minimum?: number
  exclusiveMinimum?: boolean
  maxLength?: number
  minLength?: number
  maxItems?: number
  minItems?: number
  uniqueItems?: boolean
  maxProperties?: number
  minProperties?: number
  example?: unknown
  externalDocs?: object
  [extension: `x-${string}`]: unknown
}

export interface GroupVersionKind {
  readonly group: string
  readonly kind: string
  readonly version: string
}

/** What the tables alone do not say about a document. */
export interface SchemaNaming {
  /** The full name of a message's schema: `io.k8s.api.core.v1.Service`. */
  readonly modelName: (message: MessageClass<unknown>) => string
  /** A few words about a message, or about its field; undefined: none. */
  readonly describe?: (messageName: string, field?: string) => string | undefined
  /** The kinds that a message stands for beside its own, such as DeleteOptions in every group. */
  readonly kindsOf?: (message: MessageClass<unknown>) => readonly GroupVersionKind[] | undefined
}

type Dialect = 'v2' | 'v3'

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** Types with a form of their own: schema name, form in v3, form in v2 where it differs. */
const SPECIALS: { readonly [special: string]: readonly [string, Schema, Schema?] } = {
  quantity: [
    'io.k8s.apimachinery.pkg.api.resource.Quantity',
    { oneOf: [{ type: 'string' }, { type: 'number' }] },
    { type: 'string' },
  ],
  intOrString: [
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
    { type: 'string', format: 'int-or-string' },
  ],
  time: [`${META}.Time`, { type: 'string', format: 'date-time' }],
  microTime: [`${META}.MicroTime`, { type: 'string', format: 'date-time' }],
  raw: ['io.k8s.apimachinery.pkg.runtime.RawExtension', { type: 'object' }],
  fieldsV1: [`${META}.FieldsV1`, { type: 'object' }],
  json: ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', {}],
}

interface Descriptor {
  readonly kind: 'scalar' | 'enum' | 'special' | 'ref' | 'either'
  readonly scalar?: keyof typeof SCALAR_SCHEMAS
  readonly values?: readonly string[]
  readonly special?: string
  readonly name?: string
}

type Resolved =
  | { readonly kind: 'message'; readonly message: MessageClass<unknown> }
  | { readonly kind: 'plain'; readonly type: Descriptor }

/** Collects the schemas of messages and of all that they reach. Made once a document; not shared. */
export class SchemaCollector {
  readonly schemas: { [name: string]: Schema } = {}
  readonly #dialect: Dialect
  readonly #naming: SchemaNaming
  /** Recursion is by name, to a message that the walk is inside of. */
  readonly #met = new Map<string, MessageClass<unknown>>()

  constructor(dialect: Dialect, naming: SchemaNaming) {
    this.#dialect = dialect
    this.#naming = naming
  }

  /** Adds the message and what it reaches, and returns the reference to it. */
  reference(message: MessageClass<unknown>): Schema {
    const name = this.#naming.modelName(message)
    if (this.schemas[name] === undefined) this.#add(name, message)
    return this.#refer(name)
  }

  /** Adds a schema by hand, such as that of `Patch`. */
  named(name: string, schema: Schema): Schema {
    this.schemas[name] ??= schema
    return this.#refer(name)
  }

  #refer(name: string): Schema {
    return { $ref: `${this.#dialect === 'v3' ? '#/components/schemas/' : '#/definitions/'}${name}` }
  }

  #add(name: string, message: MessageClass<unknown>): void {
    const schema: Schema = { type: 'object' }
    this.schemas[name] = schema
    this.#met.set(message.messageName, message)
    if (message.open !== undefined) {
      const kinds = { 'x-kubernetes-group-version-kind': [kindOf(message.gvk!)] }
      Object.assign(
        schema,
        message.open.schema(this.#dialect, (other) => this.reference(other)),
        kinds,
      )
      return
    }
    const about = this.#naming.describe?.(message.messageName)
    if (about !== undefined) schema.description = about
    const properties: { [name: string]: Schema } = {}
    const required: string[] = []
    if (message.gvk !== undefined) {
      for (const name of ['apiVersion', 'kind']) {
        const said = this.#naming.describe?.(message.messageName, name)
        properties[name] = { type: 'string', ...(said !== undefined && { description: said }) }
      }
    }
    this.#fields(message.messageName, message.fields, properties, required)
    if (required.length > 0) schema.required = required
    if (Object.keys(properties).length > 0) schema.properties = properties
    if (message.options.atomic === true) schema['x-kubernetes-map-type'] = 'atomic'
    if (message.options.union !== undefined) schema['x-kubernetes-unions'] = [unionOf(message.options.union)]
    const kinds = this.#naming.kindsOf?.(message) ?? (message.gvk && [kindOf(message.gvk)])
    if (kinds !== undefined) schema['x-kubernetes-group-version-kind'] = kinds
  }

  #fields(owner: string, fields: Fields, properties: { [name: string]: Schema }, required: string[]): void {
    for (const [name, field] of Object.entries(fields)) {
      const resolved = this.#resolve(field.type)
      if (field.presence === 'inline') {
        if (resolved.kind === 'message') this.#fields(owner, resolved.message.fields, properties, required)
        continue
      }
      const schema = this.#field(field, resolved)
      const about = this.#naming.describe?.(owner, name)
      if (about !== undefined) schema.description = about
      properties[name] = schema
      const { always, optional, required: named } = field.options
      if (named === true || ((field.presence === 'required' || always === true) && optional !== true))
        required.push(name)
    }
  }

  #field(field: Field<unknown, Presence>, resolved: Resolved): Schema {
    const type = this.#type(resolved)
    const { options } = field
    let schema: Schema
    if (field.presence === 'list') schema = { type: 'array', items: type }
    else if (field.presence === 'map') schema = { type: 'object', additionalProperties: type }
    else if (this.#dialect === 'v3' && type.$ref !== undefined) schema = { allOf: [type] }
    else schema = { ...type }
    if (this.#dialect === 'v3') {
      const value = zeroOf(field, resolved)
      if (value !== undefined) schema.default = value
    }
    // Next to a plain reference v2 has no room for anything; Kubernetes writes extensions there all the same.
    return Object.assign(schema, extensionsOf(options))
  }

  #type(resolved: Resolved): Schema {
    if (resolved.kind === 'message') return this.reference(resolved.message)
    const { type } = resolved
    if (type.kind === 'either') {
      const { of } = type as unknown as Either
      const package_ = this.#resolve(of)
      if (package_.kind !== 'message') throw new TypeError(`${type.name} is no union with a message`)
      // Beside the message that it may be. What it holds OpenAPI has no words for.
      const sibling = this.#naming.modelName(package_.message)
      return this.named(`${sibling.slice(0, sibling.lastIndexOf('.'))}.${type.name}`, {})
    }
    if (type.kind === 'enum') return { type: 'string', enum: [...type.values!].sort() }
    if (type.kind === 'special') {
      if (type.special === 'strings') return { type: 'array', items: { type: 'string' } }
      const [name, v3, v2] = SPECIALS[type.special!]!
      return this.named(name, this.#dialect === 'v3' ? v3 : (v2 ?? v3))
    }
    return SCALAR_SCHEMAS[type.scalar!]
  }

  #resolve(type: Type<unknown>): Resolved {
    if ('messageName' in type) return { kind: 'message', message: type }
    const plain = type as Descriptor
    if (plain.kind !== 'ref') return { kind: 'plain', type: plain }
    const message = this.#met.get(plain.name!)
    if (message === undefined) throw new TypeError(`schema reference to ${plain.name}, which is not above it`)
    return { kind: 'message', message }
  }
}

/** `apps/v1`, `Deployment` as the extension writes it. */
const kindOf = ([apiVersion, kind]: readonly [string, string]): GroupVersionKind => {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion]
  // The machinery's own kinds (DeleteOptions, Status) are served under the core group's name.
  return { group: group === 'meta.k8s.io' ? '' : group, kind, version }
}

/** Programs know each field of a union by the name of the Go field. */
const unionOf = ({ discriminator, fields }: NonNullable<Options['union']>): object => ({
  ...(discriminator !== undefined && { discriminator }),
  'fields-to-discriminateBy': Object.fromEntries(
    fields.map((field) => [field, field[0]!.toUpperCase() + field.slice(1)]),
  ),
})

/** v3 says what an absent field means: the declared constant, an empty message, or the zero of a required scalar. */
const zeroOf = (field: Field<unknown, Presence>, resolved: Resolved): unknown => {
  const declared = field.options.default
  if (declared !== undefined)
    return typeof declared === 'string' && declared.startsWith('ref(') ? constantOf(declared) : declared
  if (field.presence !== 'field' && field.presence !== 'required') return undefined
  if (resolved.kind === 'message') return {}
  if (field.presence !== 'required') return undefined
  if (resolved.type.kind === 'enum') return ''
  switch (resolved.type.scalar) {
    case 'string':
      return ''
    case 'bool':
      return false
    case 'int32':
    case 'int64':
    case 'double':
      return 0
    default:
      return undefined
  }
}

const constantOf = (reference: string): string | undefined =>
  ({ 'ref(AzureDataDiskCachingReadWrite)': 'ReadWrite', 'ref(AzureSharedBlobDisk)': 'Shared' })[reference]

const extensionsOf = (options: Options): Schema => ({
  ...(options.keys && { 'x-kubernetes-list-map-keys': options.keys }),
  ...((options.keys || options.list) && { 'x-kubernetes-list-type': options.keys ? 'map' : options.list }),
  ...(options.atomic && { 'x-kubernetes-map-type': 'atomic' }),
  ...(options.granular && { 'x-kubernetes-map-type': 'granular' }),
  ...(options.patchKey && { 'x-kubernetes-patch-merge-key': options.patchKey }),
  ...(options.patch && { 'x-kubernetes-patch-strategy': options.patch }),
})
