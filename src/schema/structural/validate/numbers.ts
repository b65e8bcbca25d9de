import { isWhole } from '../../json/long-integer.ts'
import type { Structural } from '../structural.ts'
import { type Finding, type Findings, general } from './findings.ts'
import { goFloat } from './go-number.ts'

const MAX_FLOAT = 3.4028234663852886e38

/** Why a number does not fit the type and the format; `what` begins the sentence. */
const rangeProblem = (
  value: number | bigint,
  type: string,
  format: string,
  what: string,
  path: string,
): string | undefined => {
  const fits =
    type === 'integer'
      ? isWhole(value) && (format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31))
      : format !== 'float' || Math.abs(Number(value)) <= MAX_FLOAT
  if (fits) return undefined
  const kind = format === '' ? `${type} (default format)` : `${type} with format ${format}`
  return `${what} value must be of type ${kind} in ${path}`
}

/** A number against the bounds, the factor and the format of its schema. */
export const checkNumber = (findings: Findings, node: Structural, value: number | bigint, path: string): void => {
  const { schema, types, numberFormat: format } = node
  const type = types.length === 1 ? types[0]! : ''
  const note = (what: string | undefined): boolean => {
    if (what !== undefined) findings.add(general(what))
    return what === undefined
  }
  note(rangeProblem(value, type, format, 'Checked', path))
  const fail = (detail: string): void => {
    const text = `${path} in body should be ${detail}`
    const finding: Finding = { type: 'Invalid', field: path, badValue: value, detail: text, text }
    findings.add(finding)
  }
  /** Go compares integers as such, where the bound is one as well. */
  const bound = (limit: number, what: string): { readonly limit: number; readonly shown: string } => {
    const isNative = note(rangeProblem(limit, type, format, `${what} boundary`, path)) && isWhole(value)
    return isNative ? { limit: Math.trunc(limit), shown: String(Math.trunc(limit)) } : { limit, shown: goFloat(limit) }
  }
  const { multipleOf, maximum, minimum, exclusiveMaximum = false, exclusiveMinimum = false } = schema
  if (multipleOf !== undefined) {
    const isNative = note(rangeProblem(multipleOf, type, format, 'MultipleOf', path)) && isWhole(value)
    const factor = isNative ? Math.trunc(multipleOf) : multipleOf
    const shown = isNative ? String(factor) : goFloat(factor)
    if (factor <= 0) {
      const text = `factor MultipleOf declared for ${path} must be positive: ${shown}`
      findings.add({ type: 'Invalid', field: path, badValue: factor, detail: text, text })
    } else if (isNative ? BigInt(value) % BigInt(factor) !== 0n : !isMultiple(Number(value), factor))
      fail(`a multiple of ${shown}`)
  }
  if (minimum !== undefined) {
    const { limit, shown } = bound(minimum, 'Minimum')
    if (exclusiveMinimum ? value <= limit : value < limit)
      fail(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${shown}`)
  }
  if (maximum !== undefined) {
    const { limit, shown } = bound(maximum, 'Maximum')
    if (exclusiveMaximum ? value >= limit : value > limit)
      fail(`less than ${exclusiveMaximum ? '' : 'or equal to '}${shown}`)
  }
}

const isMultiple = (value: number, factor: number): boolean =>
  isNearlyWhole(factor < 1 ? (1 / factor) * value : value / factor)

/** A whole number, but for what floating point adds or takes: as Go's library judges it. */
const isNearlyWhole = (value: number): boolean => {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const difference = Math.abs(value - Math.trunc(value))
  return difference === 0 || difference / Math.abs(value) < 1e-9 || Math.abs(value - Math.round(value)) < 1e-9
}
