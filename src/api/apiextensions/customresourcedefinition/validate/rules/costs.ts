import { type FieldError, forbidden } from '#api/validation/field-error.ts'

/** What one expression of a definition may cost at most, and all of a schema together. */
const ONE_LIMIT = 10_000_000
const ALL_LIMIT = 100_000_000
/** As many are named as have part in what costs too much. */
const NAMED = 4

const factorText = (factor: number): string =>
  factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`

const tooMuch = (what: string, cost: number, limit: number): string =>
  `${what} exceeds budget by factor of ${factorText(cost / limit)} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`

/** What the rules of a schema cost at most. */
export class RuleCosts {
  #total = 0
  #expensive: { readonly path: string; readonly cost: number }[] = []

  /** Counts an expression; gives what is wrong with it alone. */
  count(path: string, cost: number, what: string): readonly FieldError[] {
    this.#total += cost
    if (cost >= ALL_LIMIT / 100) {
      this.#expensive.push({ path, cost })
      this.#expensive = this.#expensive.toSorted((one, other) => other.cost - one.cost).slice(0, NAMED)
    }
    return cost > ONE_LIMIT ? [forbidden(path, tooMuch(what, cost, ONE_LIMIT))] : []
  }

  /** What is wrong with all of them together. */
  errors(path: string): readonly FieldError[] {
    if (this.#total <= ALL_LIMIT) return []
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
    const part = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
    return [
      ...this.#expensive.map(({ path: at }) => forbidden(at, part)),
      forbidden(path, tooMuch(what, this.#total, ALL_LIMIT)),
    ]
  }
}
