import { parseQuantity } from '#schema/quantity.ts'

/** A quantity's value as a number: `250m` is 0.25, `64Mi` is 67108864. Throws QuantityError. */
export const quantityValue = (text: string): number => Number(parseQuantity(text).nano) / 1e9

/** What a `resourceFieldRef` gives: the value divided by the divisor, rounded up. */
export const divideQuantity = (value: number, divisor: string | undefined): string => {
  const unit = divisor === undefined || divisor === '' || divisor === '0' ? 1 : quantityValue(divisor)
  // 0.25 / 0.001 is 250.00000000000003 in floating point: rounding up has to forgive that much.
  return String(Math.ceil(Math.round((value / unit) * 1e6) / 1e6))
}
