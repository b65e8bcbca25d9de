/** A quantity of `resource.Quantity`: how much, and how it is to be written. */
export interface Quantity {
  /** In billionths, the smallest step that Kubernetes keeps; more digits are rounded away from zero. */
  readonly nano: bigint
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent'
}

const GIGA = 1_000_000_000n
/** Kubernetes caps an amount at the largest int64. */
const MAX = ((1n << 63n) - 1n) * GIGA

// The two halves of Kubernetes' pattern, one after the other: as one, each digit is tried in both.
const HEAD = /^[+-]?[0-9.]+/
const TAIL = /^[eEinumkKMGTP]*[-+]?[0-9]*$/
/** Characters; an amount has at most 28 digits that count. */
const LONGEST = 1000
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?$/
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

/** Kubernetes' own words. */
export class QuantityError extends Error {
  readonly code = 'QUANTITY_INVALID'
}

interface Suffix {
  readonly format: Quantity['format']
  /** Power of ten, or of two for BinarySI. */
  readonly exponent: number
}

const suffixOf = (text: string): Suffix | undefined => {
  const binary = BINARY_SUFFIXES.indexOf(text)
  if (binary > 0) return { format: 'BinarySI', exponent: binary * 10 }
  const decimal = DECIMAL_SUFFIXES.indexOf(text)
  if (decimal >= 0) return { format: 'DecimalSI', exponent: (decimal - 3) * 3 }
  if (/^[eE][+-]?\d{1,9}$/.test(text)) return { format: 'DecimalExponent', exponent: Number(text.slice(1)) }
  return undefined
}

/** Division that rounds away from zero; both are positive. */
const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by

/** Throws QuantityError in the words of Kubernetes' ParseQuantity. */
export const parseQuantity = (text: string): Quantity => {
  const head = text.length <= LONGEST ? HEAD.exec(text)?.[0] : undefined
  if (head === undefined || !TAIL.test(text.slice(head.length)))
    throw new QuantityError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    )
  const number = NUMBER.exec(head)
  const [, sign, whole = '', fraction = ''] = number ?? []
  if (number === null || whole + fraction === '') throw new QuantityError('unable to parse numeric part of quantity')
  const suffix = suffixOf(text.slice(head.length))
  if (suffix === undefined) throw new QuantityError("unable to parse quantity's suffix")
  const { format, exponent } = suffix
  const digits = BigInt(whole + fraction)
  let nano: bigint
  if (format === 'BinarySI') nano = divideUp(digits * (1n << BigInt(exponent)) * GIGA, 10n ** BigInt(fraction.length))
  else {
    const power = exponent - fraction.length + 9
    // An exponent may ask for a number of any length; past the cap, or below the smallest step, there is nothing to
    // compute.
    if (digits === 0n) nano = 0n
    else if (power > 40) nano = MAX
    else
      nano = power >= 0 ? digits * 10n ** BigInt(power) : power < -5000 ? 1n : divideUp(digits, 10n ** BigInt(-power))
  }
  if (nano > MAX) nano = MAX
  return {
    nano: sign === '-' ? -nano : nano,
    format: format === 'BinarySI' && nano > 0n && nano < GIGA ? 'DecimalSI' : format,
  }
}

const formatBinary = (value: bigint): string => {
  let step = 0
  let rest = value
  while (rest !== 0n && rest % 1024n === 0n && step < BINARY_SUFFIXES.length - 1) {
    rest /= 1024n
    step++
  }
  return `${rest}${BINARY_SUFFIXES[step]}`
}

/** The canonical form: no fraction, the largest suffix that keeps every digit. */
export const formatQuantity = ({ nano, format }: Quantity): string => {
  if (nano === 0n) return '0'
  const small = nano > -1024n * GIGA && nano < 1024n * GIGA
  if (format === 'BinarySI' && !small && nano % GIGA === 0n) return formatBinary(nano / GIGA)
  let exponent = -9
  let rest = nano
  while (rest % 1000n === 0n && exponent < 18) {
    rest /= 1000n
    exponent += 3
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${rest}` : `${rest}e${exponent}`
  return `${rest}${DECIMAL_SUFFIXES[exponent / 3 + 3]}`
}

/** Without its fraction, which counts as one. */
export const wholeUp = ({ nano, format }: Quantity): Quantity => ({
  nano: nano <= 0n ? (nano / GIGA) * GIGA : divideUp(nano, GIGA) * GIGA,
  format,
})

/** Most quantities are written canonically: up to three digits and a suffix. */
const CANONICAL = /^[1-9]\d{0,2}(?:[numkMGTPE]|[KMGTPE]i)?$/

/** 0.5Gi → 512Mi, 1000m → 1. Throws QuantityError. */
export const canonicalQuantity = (text: string): string =>
  CANONICAL.test(text) ? text : formatQuantity(parseQuantity(text))

/** In thousandths, rounded up, as CPU is counted: `1.5` is 1500. */
export const milliValue = (text: string): number => {
  const { nano } = parseQuantity(text)
  return Number(nano < 0n ? -(-nano / 1_000_000n) : divideUp(nano, 1_000_000n))
}
