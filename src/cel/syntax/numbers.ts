import { Uint, type Value } from '../values/value.ts'
import type { Token } from './token.ts'

const [MIN_INT, MAX_INT, MAX_UINT] = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n]

/** The value of a number; undefined for one that is too large. */
export const numberOf = ({ kind, text }: Token, sign: '' | '-'): Value | undefined => {
  if (kind === 'double') {
    const value = Number(sign + text)
    return Number.isFinite(value) ? value : undefined
  }
  if (kind === 'uint') {
    const value = BigInt(text.slice(0, -1))
    return value > MAX_UINT ? undefined : new Uint(value)
  }
  const value = sign === '-' ? -BigInt(text) : BigInt(text)
  return value < MIN_INT || value > MAX_INT ? undefined : value
}
