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
  for (const keyword of Object.keys(schema)) if (!KNOWN.has(keyword)) throw new Error(`keyword ${keyword}`)
  const here = at || 'the value'
  const found: string[] = []
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')]
    if (target === undefined) throw new Error(`${schema.$ref} leads nowhere`)
    found.push(...faults(value, target, at, root))
  }
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

/** Those of the member that comes nearest. */
function anyOfFaults(value: unknown, members: readonly Schema[], at: string, root: Schema): readonly string[] {
  const tried = members.map((one) => faults(value, one, at, root))
  return tried.sort((left, right) => left.length - right.length)[0] ?? []
}
