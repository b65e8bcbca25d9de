import type { Declared, Field, TypeNode } from './type-model.ts'

/** The part of JSON Schema 2020-12 that types of plain data need. */
export interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly type?: 'string' | 'number' | 'boolean' | 'array' | 'object'
  readonly const?: string | number | boolean
  readonly enum?: readonly (string | number | boolean)[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false | Schema
}

/** The schema of a declared type, with all that it names in `$defs`. */
export function schemaOf(
  root: string,
  types: ReadonlyMap<string, Declared>,
): Schema & { readonly $defs: Readonly<Record<string, Schema>> } {
  const defs = new Map<string, Schema>()
  const declared = (name: string): Declared => {
    const found = types.get(name)
    if (found === undefined) throw new Error(`there is no type ${name}`)
    return found
  }

  const of = (type: TypeNode): Schema => {
    switch (type.kind) {
      case 'name':
        define(type.name)
        return { $ref: `#/$defs/${type.name}` }
      case 'literal':
        return { const: type.value }
      case 'array':
        return { type: 'array', items: of(type.of) }
      case 'record':
        return { type: 'object', additionalProperties: of(type.of) }
      case 'object':
        return ofFields(type.fields)
      case 'union':
        return ofUnion(type.of)
      case 'intersection':
        return ofUnion(alternatives(type).map((fields): TypeNode => ({ kind: 'object', fields })))
      case 'undefined':
        throw new Error('JSON has no undefined but that of a field')
      default:
        return { type: type.kind }
    }
  }

  const ofUnion = (types: readonly TypeNode[]): Schema => {
    const known = types.filter(({ kind }) => kind !== 'undefined')
    const literals = known.flatMap((one) => (one.kind === 'literal' ? [one.value] : []))
    if (literals.length === known.length && known.length > 1) return { enum: literals }
    return known.length === 1 ? of(known[0] as TypeNode) : { anyOf: known.map(of) }
  }

  const ofFields = (fields: readonly Field[]): Schema => ({
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, type, doc }) => [name, { ...(doc && { description: doc }), ...of(type) }]),
    ),
    required: fields.filter((field) => !mayBeMissing(field)).map(({ name }) => name),
    additionalProperties: false,
  })

  /** The fields that an object may have, one list for each member of the unions in it. */
  const alternatives = (type: TypeNode): readonly (readonly Field[])[] => {
    switch (type.kind) {
      case 'name':
        return alternatives(declared(type.name).type)
      case 'object':
        return [type.fields]
      case 'union':
        return type.of.flatMap(alternatives)
      case 'intersection':
        return type.of.map(alternatives).reduce((left, right) => left.flatMap((a) => right.map((b) => merged(a, b))))
      default:
        throw new Error(`an intersection of what is no object: ${type.kind}`)
    }
  }

  const define = (name: string): void => {
    if (defs.has(name)) return
    // Types may name themselves.
    defs.set(name, {})
    const { type, doc } = declared(name)
    defs.set(name, { ...(doc && { description: doc }), ...of(type) })
  }

  const { type, doc } = declared(root)
  const schema = { ...(doc && { description: doc }), ...of(type) }
  return { ...schema, $defs: Object.fromEntries([...defs].sort(([a], [b]) => (a < b ? -1 : 1))) }
}

const mayBeMissing = ({ optional, type }: Field): boolean =>
  optional || (type.kind === 'union' && type.of.some(({ kind }) => kind === 'undefined'))

/** A field that both have is the second’s. */
const merged = (left: readonly Field[], right: readonly Field[]): readonly Field[] => [
  ...left.filter(({ name }) => !right.some((one) => one.name === name)),
  ...right,
]
