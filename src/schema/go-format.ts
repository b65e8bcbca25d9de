import { compareUtf8 } from './json/json-encode.ts'
import { isJsonObject, type JsonValue } from './json-value.ts'

/** A value of JSON as Go’s `%v` prints it, which stands in messages: `map[image:x ports:[80 443]]`. */
export const goValue = (value: JsonValue): string => {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`
  if (!isJsonObject(value)) return String(value)
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${goValue(value[key]!)}`)
    .join(' ')}]`
}

/** As Go’s `%#v` prints it: `map[string]interface {}{"image":"x"}`. */
export const goSyntax = (value: JsonValue): string => {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isJsonObject(value)) return JSON.stringify(value)
  return `map[string]interface {}{${sortedKeys(value)
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key]!)}`)
    .join(', ')}}`
}

/** The type of such a value, as `%T` prints it. */
export const goType = (value: JsonValue): string => {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int64'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return 'string'
}

const sortedKeys = (value: object): readonly string[] => Object.keys(value).sort(compareUtf8)

/** JSON as Go’s encoder writes it: members sorted, and escaped what HTML or JavaScript might read otherwise. */
export const goJson = (value: JsonValue): string => {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (isJsonObject(value))
    return `{${sortedKeys(value)
      .map((key) => `${goJson(key)}:${goJson(value[key]!)}`)
      .join(',')}}`
  return goText(value)
}

/** The same with members in the order in which they stand. */
export const goText = (value: JsonValue): string => {
  const text = JSON.stringify(value)
  return UNSAFE.test(text) ? text.replace(UNSAFE_ALL, escaped) : text
}

const UNSAFE = /[<>&\u2028\u2029]|\\[bf]/
const UNSAFE_ALL = /[<>&\u2028\u2029]|\\\\|\\[bf]/g
const escaped = (found: string): string => {
  if (found === '\\\\') return found
  if (found === '\\b') return '\\u0008'
  if (found === '\\f') return '\\u000c'
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
}
