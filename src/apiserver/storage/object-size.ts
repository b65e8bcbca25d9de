/**
 * About how many octets of the heap a value of JSON takes: its texts, and a rough figure for each value and member. It
 * is for limits, so what is shared between two states of an object is counted in both.
 */
export const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return VALUE + (value.length > SHORT && WIDE.test(value) ? 2 : 1) * value.length
  if (typeof value !== 'object' || value === null) return VALUE
  let size = 3 * VALUE
  if (Array.isArray(value)) for (const item of value) size += sizeOf(item)
  else
    for (const key in value)
      size += VALUE + (key === SHARED ? 0 : sizeOf((value as { readonly [key: string]: unknown })[key]))
  return size
}

/** The sets of fields that managers own, which many objects hold as one. */
const SHARED = 'fieldsV1'
const VALUE = 16
/** Texts up to here are not looked through. */
const SHORT = 64
/** V8 takes two octets for each character of a text that has one of these. */
const WIDE = /[^\0-\xff]/
