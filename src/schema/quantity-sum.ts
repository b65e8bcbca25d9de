import { formatQuantity, parseQuantity, type Quantity } from './quantity.ts'

/** Amounts by what they are of, as Kubernetes writes them: `requests.cpu` → `1500m`. */
export interface Amounts {
  readonly [name: string]: string
}

/** Both together, written as the first is, or where that is nothing as the second. */
const sum = (a: Quantity, b: Quantity): Quantity => ({
  nano: a.nano + b.nano,
  format: a.nano === 0n ? b.format : a.format,
})

/** `1500m` and `1` are `2500m`. Throws QuantityError. */
export const addQuantities = (a: string, b: string): string => formatQuantity(sum(parseQuantity(a), parseQuantity(b)))

/** The first without the second. Throws QuantityError. */
export const subtractQuantities = (a: string, b: string): string => {
  const { nano, format } = parseQuantity(b)
  return formatQuantity(sum(parseQuantity(a), { nano: -nano, format }))
}

/** Negative where the first is less, 0 where both are as much. Throws QuantityError. */
export const compareQuantities = (a: string, b: string): number => {
  const difference = parseQuantity(a).nano - parseQuantity(b).nano
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

const combine = (a: Amounts, b: Amounts, both: (a: string, b: string) => string): Amounts => {
  const result: { [name: string]: string } = { ...a }
  for (const [name, amount] of Object.entries(b))
    result[name] = Object.hasOwn(result, name) ? both(result[name]!, amount) : amount
  return result
}

/** Of each name, both together. */
export const addAmounts = (a: Amounts, b: Amounts): Amounts => combine(a, b, addQuantities)

/** Of each name, the larger. */
export const largestAmounts = (a: Amounts, b: Amounts): Amounts =>
  combine(a, b, (one, other) => (compareQuantities(one, other) < 0 ? other : one))
