/** Between what something costs, or how large it is, at least and at most. Past the largest uint64 nothing is counted. */
export interface Range {
  readonly min: number
  readonly max: number
}

const LARGEST = 2 ** 64

const capped = (value: number): number => Math.min(value, LARGEST)

export const fixed = (value: number): Range => ({ min: value, max: value })
export const ZERO = fixed(0)
/** Of what nothing is known. */
export const UNKNOWN: Range = { min: 0, max: LARGEST }

export const sum = (...ranges: readonly Range[]): Range => ({
  min: capped(ranges.reduce((total, { min }) => total + min, 0)),
  max: capped(ranges.reduce((total, { max }) => total + max, 0)),
})

export const product = (one: Range, other: Range): Range => ({
  min: capped(one.min * other.min),
  max: capped(one.max * other.max),
})

/** So much for each, rounded up. */
export const times = ({ min, max }: Range, factor: number): Range => ({
  min: capped(Math.ceil(min * factor)),
  max: capped(Math.ceil(max * factor)),
})

export const union = (one: Range, other: Range): Range => ({
  min: Math.min(one.min, other.min),
  max: Math.max(one.max, other.max),
})
