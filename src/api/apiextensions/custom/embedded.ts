import { ObjectMeta } from '#api/meta/object-meta.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { validateMetadata } from '#api/validation/metadata.ts'
import { dns1035Label, pathSegment } from '#api/validation/names.ts'
import { decodeJson, JsonError } from '#schema/json.ts'
import { isJsonObject } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import type { Structural } from '#schema/structural/structural.ts'

type Members = { [name: string]: unknown }

const isMembers = (value: unknown): value is Members => isJsonObject(value)

/** Visits each object that is embedded in another one, with the path to it. */
const eachEmbedded = (
  value: unknown,
  node: Structural | undefined,
  path: string,
  visit: (object: Members, path: string) => void,
): void => {
  if (node === undefined) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) eachEmbedded(item, node.items, `${path}[${index}]`, visit)
    return
  }
  if (!isMembers(value)) return
  if (node.isResource) visit(value, path)
  for (const name of Object.keys(value).sort()) {
    const known = node.properties.get(name)
    if (known !== undefined) eachEmbedded(value[name], known, path === '' ? name : `${path}.${name}`, visit)
    else if (typeof node.additional === 'object') eachEmbedded(value[name], node.additional, `${path}[${name}]`, visit)
  }
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

interface Coerced {
  /** The first of what is of a wrong type. */
  readonly errors: readonly FieldError[]
  /** Paths of what metadata does not know. */
  readonly unknown: readonly string[]
}

/** What of some metadata is of the right types, a field at a time. */
const rightFields = (metadata: Members): Members => {
  const kept: Members = {}
  for (const [name, value] of Object.entries(metadata))
    try {
      decodeJson(ObjectMeta, { [name]: value })
      kept[name] = value
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
    }
  return kept
}

/**
 * Makes the metadata of embedded objects what metadata is, in place. With `isLenient`, what is of a wrong type is
 * dropped: it was stored before anybody looked.
 */
export const coerceEmbedded = (
  value: unknown,
  node: Structural | undefined,
  start: string,
  isLenient = false,
): Coerced => {
  const unknown: string[] = []
  const errors: FieldError[] = []
  eachEmbedded(value, node, start, (object, path) => {
    for (const name of ['apiVersion', 'kind']) {
      const word = own(object, name)
      if (word === undefined || typeof word === 'string') continue
      if (isLenient) delete object[name]
      else errors.push(invalid(below(path, name), word, 'must be a string'))
    }
    const metadata = own(object, 'metadata')
    if (metadata === undefined || (isLenient && !isMembers(metadata))) return
    const at = below(path, 'metadata')
    try {
      const decoded = decodeJson(ObjectMeta, isLenient ? rightFields(metadata as Members) : metadata)
      object.metadata = decoded.object
      unknown.push(...decoded.unknown.map((field) => `${at}.${field}`))
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      errors.push(invalid(at, metadata, error.message))
    }
  })
  return { errors: errors.slice(0, 1), unknown: unknown.sort() }
}

const word = (value: unknown, path: string, check: (text: string) => readonly FieldError[]): readonly FieldError[] => {
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')]
  return value === '' ? [invalid(path, '', 'must not be empty')] : check(value)
}

/** What is wrong with kind, apiVersion and metadata of the objects that are embedded in one. */
export const validateEmbedded = (value: unknown, node: Structural | undefined, start = ''): readonly FieldError[] => {
  const errors: FieldError[] = []
  eachEmbedded(value, node, start, (object, path) => {
    const { apiVersion, kind, metadata } = object
    for (const [name, held] of Object.entries({ apiVersion, kind }))
      if (held === undefined) errors.push(required(below(path, name)))
    if (apiVersion !== undefined)
      errors.push(
        ...word(apiVersion, below(path, 'apiVersion'), (text) =>
          text.split('/').length > 2
            ? [invalid(below(path, 'apiVersion'), text, `unexpected GroupVersion string: ${text}`)]
            : [],
        ),
      )
    if (kind !== undefined)
      errors.push(
        ...word(kind, below(path, 'kind'), (text) => {
          const problems = dns1035Label(text.toLowerCase())
          const why = `may have mixed case, but should otherwise match: ${problems.join(',')}`
          return problems.length > 0 ? [invalid(below(path, 'kind'), text, why)] : []
        }),
      )
    if (!isJsonObject(metadata)) return
    // It is found under whatever name it will have.
    const named = { name: 'fakename', ...metadata } as ObjectMeta
    errors.push(...validateMetadata(named, Boolean(named.namespace), pathSegment, below(path, 'metadata')))
  })
  return errors
}
