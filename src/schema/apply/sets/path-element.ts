import { goJson } from '../../go-format.ts'
import { compareUtf8 } from '../../json/json-encode.ts'
import { isJsonObject, type JsonValue } from '../../json-value.ts'

/** A text that is no element of a path, or no set of fields. */
export class FieldSetError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FieldSetError'
  }
}

/** The member of a struct or map. */
export const fieldElement = (name: string): string => `f:${name}`

/** The item of a list that is known by some of its fields; `pairs` are sorted by their names. */
export const keyElement = (pairs: readonly (readonly [name: string, value: JsonValue])[]): string =>
  `k:{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${goJson(value)}`).join(',')}}`

/** The item of a list that is a set of scalars. */
export const valueElement = (value: JsonValue): string => `v:${goJson(value)}`

/** The item of a list by its place. */
export const indexElement = (index: number): string => `i:${index}`

/** What `k:`, `v:` and `i:` elements say, parsed once: they are compared again and again. */
const parsed = new Map<string, JsonValue>()
const MOST_PARSED = 4096

const contentOf = (element: string): JsonValue => {
  let content = parsed.get(element)
  if (content === undefined) {
    content = parseContent(element)
    if (parsed.size >= MOST_PARSED) parsed.clear()
    parsed.set(element, content)
  }
  return content
}

const parseContent = (element: string): JsonValue => {
  try {
    return JSON.parse(element.slice(2)) as JsonValue
  } catch (error) {
    throw new FieldSetError(`parsing key as path element: ${element}: ${String(error)}`)
  }
}

/** The names and values of a `k:` element, sorted by the names. */
export const pairsOf = (element: string): readonly (readonly [string, JsonValue])[] => {
  const content = contentOf(element)
  if (!isJsonObject(content)) throw new FieldSetError(`parsing key as path element: ${element} is no object`)
  return Object.entries(content).sort(([a], [b]) => compareUtf8(a, b))
}

/**
 * The one way of writing an element, of whoever's text; undefined for a kind of element that is not known. Throws
 * FieldSetError.
 */
export const canonicalElement = (text: string): string | undefined => {
  if (text.length < 2) throw new FieldSetError('key must be 2 characters long:')
  if (text[1] !== ':') throw new FieldSetError(`missing colon: ${text}`)
  switch (text[0]) {
    case 'f':
      return text
    case 'k':
      return keyElement(pairsOf(text))
    case 'v':
      return valueElement(contentOf(text))
    case 'i': {
      if (!/^[+-]?\d+$/.test(text.slice(2))) throw new FieldSetError(`no index: ${text}`)
      return indexElement(Number(text.slice(2)))
    }
    default:
      return undefined
  }
}

const KINDS = 'fkvi'

/** The order of elements: fields by name, then keys, values and indexes. */
export const compareElements = (left: string, right: string): number => {
  if (left === right) return 0
  const kind = left[0]!
  const difference = KINDS.indexOf(kind) - KINDS.indexOf(right[0]!)
  if (difference !== 0) return difference
  if (kind === 'f') return compareUtf8(left, right)
  if (kind === 'k') return comparePairs(pairsOf(left), pairsOf(right))
  return compareValues(contentOf(left), contentOf(right))
}

const comparePairs = (
  left: readonly (readonly [string, JsonValue])[],
  right: readonly (readonly [string, JsonValue])[],
): number => {
  for (let index = 0; index < left.length && index < right.length; index++) {
    const [[a, x], [b, y]] = [left[index]!, right[index]!]
    const difference = compareUtf8(a, b) || compareValues(x, y)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Numbers, texts, booleans, lists, objects, null: by kind first, then by value. */
const rankOf = (value: JsonValue): number => {
  if (typeof value === 'number') return 0
  if (typeof value === 'string') return 1
  if (typeof value === 'boolean') return 2
  if (Array.isArray(value)) return 3
  return value === null ? 5 : 4
}

const compareValues = (left: JsonValue, right: JsonValue): number => {
  const rank = rankOf(left)
  const difference = rank - rankOf(right)
  if (difference !== 0) return difference
  if (rank === 1) return compareUtf8(left as string, right as string)
  if (rank <= 2) return Number(left) - Number(right)
  return compareUtf8(JSON.stringify(left), JSON.stringify(right))
}

/** As messages name an element: `.name`, `[port=80,protocol="TCP"]`, `[="a"]`, `[3]`. */
export const formatElement = (element: string): string => {
  switch (element[0]) {
    case 'f':
      return `.${element.slice(2)}`
    case 'k':
      return formatKey(pairsOf(element))
    case 'v':
      return `[=${formatValue(contentOf(element))}]`
    default:
      return `[${element.slice(2)}]`
  }
}

const formatKey = (pairs: readonly (readonly [string, JsonValue])[]): string =>
  `[${pairs.map(([name, value]) => `${name}=${formatValue(value)}`).join(',')}]`

const formatValue = (value: JsonValue): string => JSON.stringify(value)
