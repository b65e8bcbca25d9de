const SUFFIX: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A quantity's value as a number: `250m` is 0.25, `64Mi` is 67108864. NaN where it is none; the API server has validated it. */
export const parseQuantity = (text: string): number => {
  const match = /^([+-]?[0-9.]+)([eE][+-]?[0-9]+)?([a-zA-Z]{0,2})$/.exec(text)
  if (match === null) return Number.NaN
  return Number(`${match[1]}${match[2] ?? ''}`) * (SUFFIX[match[3] ?? ''] ?? Number.NaN)
}

/** What a `resourceFieldRef` gives: the value divided by the divisor, rounded up. */
export const divideQuantity = (value: number, divisor: string | undefined): string => {
  const unit = divisor === undefined || divisor === '' || divisor === '0' ? 1 : parseQuantity(divisor)
  // 0.25 / 0.001 is 250.00000000000003 in floating point: rounding up has to forgive that much.
  return String(Math.ceil(Math.round((value / unit) * 1e6) / 1e6))
}
