import { own } from '../own.ts'
import type { JsonSchema } from './json-schema.ts'

/** Where a path leads in a schema. */
interface FoundField {
  /** As errors name it: `spec.parts[x]`. */
  readonly path: string
  readonly schema: JsonSchema
  /** The first name of it. */
  readonly root: string
}

/** A path that leads nowhere; the message is Kubernetes'. */
export class FieldPathError extends Error {
  readonly code = 'FIELD_PATH'
  constructor(message: string) {
    super(message)
    this.name = 'FieldPathError'
  }
}

const ESCAPES: { readonly [escaped: string]: string } = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
}

/** Dots and brackets, texts in single quotes, and what stands between them. */
const TOKENS = /'(?:\\'|[^'])*'|[.[\]]|[^.[\]]+/g

const unquoted = (token: string): string => {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'"))
    throw new FieldPathError(`expected single quoted string but got ${token}`)
  return token.slice(1, -1).replace(/\\(.)/g, (whole, escaped: string) => {
    const found = ESCAPES[escaped]
    if (found === undefined) throw new FieldPathError(`invalid string literal: invalid escape char ${whole}`)
    return found
  })
}

/** The schema of a member, by name where the schema names its members. */
const memberOf = (schema: JsonSchema, name: string): readonly [JsonSchema, isNamed: boolean] => {
  const { properties = {}, additionalProperties } = schema
  const isNamed = Object.keys(properties).length > 0
  const found = isNamed
    ? own(properties, name)
    : typeof additionalProperties === 'object'
      ? additionalProperties
      : undefined
  if (found === undefined) throw new FieldPathError('does not refer to a valid field')
  return [found as JsonSchema, isNamed]
}

/**
 * The part of a schema that `.spec.name`, `.spec['name']` leads to. Throws FieldPathError where it leads nowhere.
 * @param allowsBrackets whether members may be named in brackets
 */
export const findField = (schema: JsonSchema, text: string, allowsBrackets: boolean): FoundField => {
  const tokens = text.match(TOKENS) ?? []
  let at = 0
  let path = ''
  let root = ''
  let found = schema
  const next = (): string => {
    const token = tokens[at++]
    if (token === undefined) throw new FieldPathError('unexpected end of JSON path')
    return token
  }
  while (at < tokens.length) {
    const token = next()
    if (token !== '.' && token !== '[') throw new FieldPathError(`expected [ or . but got: ${token}`)
    if (token === '[' && !allowsBrackets) throw new FieldPathError('array notation is not allowed')
    const name = token === '.' ? next() : unquoted(next())
    const [inner, isNamed] = memberOf(found, name)
    found = inner
    if (root === '') root = name
    path = isNamed ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`
    if (token === '.') continue
    const end = next()
    if (end !== ']') throw new FieldPathError(`expected ] but got ${end}`)
  }
  return { path, schema: found, root }
}
