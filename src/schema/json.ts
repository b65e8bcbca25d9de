import { decodeMessage, decodeOpen, type Walk } from './json/json-decode.ts'
import { toJson } from './json/json-encode.ts'
import { JsonError, MAX_DEPTH } from './json/json-error.ts'
import { type FieldProblem, scanFreeJson, scanJson } from './json/json-scan.ts'
import { parseExactly } from './json/long-integer.ts'
import { type MessagePlan, planOf } from './plan.ts'
import type { MessageClass } from './schema.ts'

export { JsonError } from './json/json-error.ts'
export type { FieldProblem } from './json/json-scan.ts'

interface DecodedJson<T> {
  /** Canonical: fields in the table's order, values normalised; nothing that no table names. The caller owns it. */
  readonly object: T
  /** Unknown and doubled fields in the order of the text; each once, at most 100. */
  readonly problems: readonly FieldProblem[]
  /** Paths of the fields that no table names, `spec.ports[0].bogus`. */
  readonly unknown: readonly string[]
  /** Paths of fields that stand more than once; the last value counts. */
  readonly duplicates: readonly string[]
}

/** `unknown field "spec.bogus"`: the text of a warning, and of one part of a strict decoding error. */
export const formatProblem = ({ kind, path }: FieldProblem): string => `${kind} field "${path}"`

/**
 * Any JSON value. Throws JsonError JSON_SYNTAX in Go's words (`unexpected end of JSON input`), JSON_TOO_DEEP, JSON_VALUE
 * for a number that no double holds. An integer of 64 bits that a double would round is a bigint.
 */
export const parseJson = (text: string): unknown => {
  let value: unknown
  try {
    value = parseExactly(text)
  } catch (error) {
    scanJson(text)
    throw new JsonError('JSON_SYNTAX', error instanceof Error ? error.message : String(error))
  }
  try {
    checkValue(value, 0)
  } catch (error) {
    if (error instanceof JsonError && error.code === 'JSON_VALUE') throw new JsonError('JSON_VALUE', outOfRange(text))
    throw error
  }
  return value
}

const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** What Go says of the first number that became infinite: it would be null when it is written. */
const outOfRange = (text: string): string => {
  const literal = text.match(NUMBERS)?.find((number) => !Number.isFinite(Number(number)))
  return `json: cannot unmarshal number ${literal} into Go value of type float64`
}

/**
 * Decodes JSON text by a message's table. Throws JsonError: no JSON, or a value of a wrong type (`json: cannot
 * unmarshal string into Go struct field ServicePort.spec.ports.port of type int32`). `value`: what it was parsed to, where
 * somebody has done that; the callee's to keep.
 */
export const decodeJsonText = <T>(
  message: MessageClass<T>,
  text: string,
  value: unknown = parseJson(text),
): DecodedJson<T> => {
  const plan = planOf(message)
  if (plan.open !== undefined) return openResult(plan, value, text)
  const walk: Walk = { path: [], unknown: 0 }
  const object = decodeMessage(walk, plan, value, `v1.${plan.name}`) as T
  const doubled = hasDoubledMembers(text, value)
  return result(object, walk.unknown > 0 || doubled ? scanJson(text, plan) : NONE)
}

/**
 * The same for a value that was parsed already, where doubled fields cannot be seen any more. Does not change the
 * value.
 */
export const decodeJson = <T>(message: MessageClass<T>, value: unknown): DecodedJson<T> => {
  checkValue(value, 0)
  const plan = planOf(message)
  if (plan.open !== undefined) return openResult(plan, structuredCopy(value), undefined)
  const walk: Walk = { path: [], unknown: 0 }
  const object = decodeMessage(walk, plan, value, `v1.${plan.name}`) as T
  return result(object, walk.unknown > 0 ? scanJson(JSON.stringify(value), plan) : NONE)
}

const structuredCopy = (value: unknown): unknown => parseExactly(JSON.stringify(value))

/** `text`: where doubled fields are to be found. Of what is wrong, what stands twice is told first. */
const openResult = <T>(plan: MessagePlan, value: unknown, text: string | undefined): DecodedJson<T> => {
  const walk: Walk = { path: [], unknown: 0 }
  const doubled = text !== undefined && countColons(text) !== countMembers(value)
  const object = decodeOpen(walk, plan, value)
  const settled = plan.open!.settle(object)
  const scanned = walk.unknown > 0 || doubled ? scanJson(text ?? JSON.stringify(value), plan) : NONE
  const of = (kind: FieldProblem['kind']): readonly FieldProblem[] => scanned.filter((problem) => problem.kind === kind)
  const removed = settled.map((path): FieldProblem => ({ kind: 'unknown', path }))
  return result(object as T, [...of('duplicate'), ...of('unknown'), ...removed])
}

const NONE: readonly FieldProblem[] = []

const result = <T>(object: T, problems: readonly FieldProblem[]): DecodedJson<T> => ({
  object,
  problems,
  unknown: pathsOf(problems, 'unknown'),
  duplicates: pathsOf(problems, 'duplicate'),
})

const pathsOf = (problems: readonly FieldProblem[], kind: FieldProblem['kind']): readonly string[] =>
  problems.length === 0 ? [] : problems.filter((problem) => problem.kind === kind).map(({ path }) => path)

/** Any JSON value, and its members that stand twice. Throws as parseJson(). */
export const parseFreeJson = (
  text: string,
): { readonly value: unknown; readonly problems: readonly FieldProblem[] } => {
  const value = parseJson(text)
  return { value, problems: hasDoubledMembers(text, value) ? scanFreeJson(text) : NONE }
}

/** The JSON value as the API server writes it (order, omitted zeros, nulls); `JSON.stringify` gives its text. */
export const jsonValue = <T>(message: MessageClass<T>, object: T): { readonly [key: string]: unknown } =>
  message.open === undefined
    ? toJson(planOf(message), object as { readonly [key: string]: unknown }, true)
    : (object as { readonly [key: string]: unknown })

/** JSON text as the API server writes it, without spaces. */
export const encodeJson = <T>(message: MessageClass<T>, object: T): string => JSON.stringify(jsonValue(message, object))

/** Throws JsonError JSON_TOO_DEEP, and JSON_VALUE for an infinite number. */
const checkValue = (value: unknown, depth: number): void => {
  if (typeof value !== 'object') {
    if (value === Infinity || value === -Infinity)
      throw new JsonError('JSON_VALUE', `json: unsupported value: ${value > 0 ? '+' : '-'}Inf`)
    return
  }
  if (value === null) return
  if (depth >= MAX_DEPTH) throw new JsonError('JSON_TOO_DEEP', 'exceeded max depth')
  if (Array.isArray(value)) for (const item of value) checkValue(item, depth + 1)
  else for (const key in value) checkValue((value as { [key: string]: unknown })[key], depth + 1)
}

/**
 * Whether a text says a member of an object twice; `value` is what it was parsed to. JSON.parse keeps the last of such
 * members: that some were lost shows in their number.
 */
export const hasDoubledMembers = (text: string, value: unknown): boolean => countColons(text) !== countMembers(value)

/** Colons outside of strings: one for each member of each object. The text is valid JSON. */
const countColons = (text: string): number => {
  let count = 0
  let at = 0
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return count
    // Between two strings stands at most one colon, and it is what follows a key.
    let end = text.indexOf('"', quote + 1)
    while (escapedAt(text, end)) end = text.indexOf('"', end + 1)
    at = end + 1
    let after = text.charCodeAt(at)
    while (after === 32 || after === 10 || after === 13 || after === 9) after = text.charCodeAt(++at)
    if (after === 58) count++
  }
}

const escapedAt = (text: string, quote: number): boolean => {
  let slashes = 0
  while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++
  return slashes % 2 === 1
}

const countMembers = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) for (const item of value) count += countMembers(item)
  else for (const key in value) count += 1 + countMembers((value as { [key: string]: unknown })[key])
  return count
}
