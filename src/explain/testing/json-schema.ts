/** The part of JSON Schema 2020-12 that docs/explain.schema.json is written in. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly $defs?: Readonly<Record<string, Schema>>
}

const KNOWN = new Set([
  ...['$schema', 'title', 'description', '$ref', '$defs', 'type', 'const', 'enum', 'anyOf', 'items'],
  ...['properties', 'required', 'additionalProperties'],
])

/** What of a value is not as the schema has it, one line a fault; none where it is. Throws on a keyword that it does not know. */
export function schemaFaults(value: unknown, root: Schema): readonly string[] {
  return faults(value, root, '', root)
}

function faults(value: unknown, schema: Schema, at: string, root: Schema): readonly string[] {
  for (const keyword in schema) if (!KNOWN.has(keyword)) throw new Error(`keyword ${keyword}`)
  const here = at || 'the value'
  const found: string[] = []
  if (schema.$ref !== undefined) found.push(...faults(value, resolved(schema, root), at, root))
  if (schema.anyOf !== undefined) found.push(...anyOfFaults(value, schema.anyOf, at, root))
  if ('const' in schema && value !== schema.const) found.push(`${here} is not ${JSON.stringify(schema.const)}`)
  if (schema.enum !== undefined && !schema.enum.includes(value))
    found.push(`${here} is none of ${schema.enum.join(', ')}`)
  if (schema.type !== undefined && typeOf(value) !== schema.type) return [...found, `${here} is no ${schema.type}`]
  if (schema.items !== undefined && Array.isArray(value))
    for (const [index, one] of value.entries()) found.push(...faults(one, schema.items, `${at}[${index}]`, root))
  if (typeOf(value) === 'object') found.push(...objectFaults(value as Record<string, unknown>, schema, at, root))
  return found
}

/** What a reference stands for; any other schema itself. */
function resolved(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')]
  if (target === undefined) throw new Error(`${schema.$ref} leads nowhere`)
  return target
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

function objectFaults(value: Record<string, unknown>, schema: Schema, at: string, root: Schema): readonly string[] {
  const { properties = {}, required = [], additionalProperties: others } = schema
  const found = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}.${name} is missing`)
  for (const [name, one] of Object.entries(value)) {
    const own = properties[name] ?? (typeof others === 'object' ? others : undefined)
    if (own !== undefined) found.push(...faults(one, own, `${at}.${name}`, root))
    else if (others === false) found.push(`${at}.${name} is not known`)
  }
  return found
}

/** Those of the member that comes nearest. A member that names itself by a constant is not looked through for others. */
function anyOfFaults(value: unknown, members: readonly Schema[], at: string, root: Schema): readonly string[] {
  const named = members.filter((one) => isNamed(value, resolved(one, root)))
  let nearest: readonly string[] | undefined
  for (const one of named.length > 0 ? named : members) {
    const found = faults(value, one, at, root)
    if (found.length === 0) return found
    if (nearest === undefined || found.length < nearest.length) nearest = found
  }
  return nearest ?? []
}

const isNamed = (value: unknown, { properties = {} }: Schema): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(properties).every(
    ([name, one]) => !('const' in one) || !Object.hasOwn(value, name) || one.const === Reflect.get(value, name),
  )
