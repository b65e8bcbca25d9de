import { goJson } from '../../go-format.ts'
import { compareUtf8 } from '../../json/json-encode.ts'
import { parseExactly } from '../../json/long-integer.ts'
import { isJsonObject, type JsonValue } from '../../json-value.ts'

/** A text that is no element of a path, or no set of fields. */
export class FieldSetError extends Error {
  readonly code = 'FIELD_SET_INVALID'
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

const contentOf = (element: string): JsonValue => {
  try {
    return parseExactly(element.slice(2)) as JsonValue
  } catch (error) {
    throw new FieldSetError(`parsing key as path element: ${element}: ${String(error)}`)
  }
}

type Pairs = readonly (readonly [string, JsonValue])[]

/** The names and values of a `k:` element, sorted by the names. */
const pairsOf = (element: string): Pairs => {
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

const KINDS = '.fkvi'

/** An element that is to be put in order: read once, however often it is compared. */
interface Ordered {
  readonly element: string
  readonly kind: number
  readonly pairs: Pairs | undefined
  readonly value: JsonValue
}

const orderedOf = (element: string): Ordered => ({
  element,
  kind: KINDS.indexOf(element[0]!),
  pairs: element[0] === 'k' ? pairsOf(element) : undefined,
  value: element[0] === 'v' || element[0] === 'i' ? contentOf(element) : null,
})

const compareOrdered = (left: Ordered, right: Ordered): number =>
  left.kind - right.kind ||
  (left.pairs !== undefined && right.pairs !== undefined
    ? comparePairs(left.pairs, right.pairs)
    : left.kind <= 1
      ? compareUtf8(left.element, right.element)
      : compareValues(left.value, right.value))

/** The elements of a node in their order: `.`, fields by name, then keys, values and indexes. */
export const sortedElements = (elements: readonly string[]): readonly string[] => {
  if (areSortedFields(elements)) return elements
  return elements
    .map(orderedOf)
    .sort(compareOrdered)
    .map(({ element }) => element)
}

/** Most nodes are structs, whose few fields come in order or nearly so. */
const areSortedFields = (elements: readonly string[]): boolean => {
  for (let index = 0; index < elements.length; index++) {
    const element = elements[index]!
    if (element === '.' ? index > 0 : element[0] !== 'f') return elements.length === 1
    if (index > 0 && compareUtf8(elements[index - 1]!, element) >= 0) return false
  }
  return true
}

const comparePairs = (left: Pairs, right: Pairs): number => {
  for (let index = 0; index < left.length && index < right.length; index++) {
    const [[a, x], [b, y]] = [left[index]!, right[index]!]
    const difference = compareUtf8(a, b) || compareValues(x, y)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Numbers, texts, booleans, lists, objects, null: by kind first, then by value. */
const rankOf = (value: JsonValue): number => {
  if (typeof value === 'number' || typeof value === 'bigint') return 0
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
  if (rank === 0) return left! < right! ? -1 : left! > right! ? 1 : 0
  if (rank === 2) return Number(left) - Number(right)
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

const formatKey = (pairs: Pairs): string =>
  `[${pairs.map(([name, value]) => `${name}=${formatValue(value)}`).join(',')}]`

const formatValue = (value: JsonValue): string => JSON.stringify(value)
