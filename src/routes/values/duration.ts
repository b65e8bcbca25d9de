const FORM = /^(?:[0-9]{1,5}(?:h|ms|m|s)){1,4}$/
const UNITS: { readonly [unit: string]: number } = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** Milliseconds of a duration of the Gateway API, as `1m30s`; undefined for a text that is none. */
export const durationMs = (text: string): number | undefined => {
  if (!FORM.test(text)) return undefined
  let sum = 0
  for (const [, number, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g)) sum += Number(number) * UNITS[unit!]!
  return sum
}
