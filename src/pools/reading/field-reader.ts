import { requirementsOf } from '#objects/label-selector.ts'
import type { PoolFault, Selector } from '../model.ts'

type Loose = { readonly [name: string]: unknown }

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads the fields of one object, of which nothing is known: its definition may be another's, or of another version. What
 * is not as it should be is a fault, and counts as not written. `done()` names the fields that nobody asked for.
 */
export class FieldReader {
  readonly #of: Loose
  readonly #object: string
  readonly #path: string
  readonly #faults: PoolFault[]
  readonly #asked = new Set<string>()

  constructor(of: unknown, object: string, path: string, faults: PoolFault[]) {
    this.#object = object
    this.#path = path
    this.#faults = faults
    this.#of = isObject(of) ? of : {}
    if (of !== undefined && !isObject(of)) this.fault('', 'is not an object; write fields below it')
  }

  fault(name: string, text: string): void {
    const field = name === '' ? this.#path : `${this.#path}.${name}`
    this.#faults.push({ object: this.#object, field, text })
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined
  }

  text(name: string): string | undefined {
    return this.#typed(name, 'a text', (value): value is string => typeof value === 'string') || undefined
  }

  flag(name: string, otherwise = false): boolean {
    return this.#typed(name, 'true or false', (value): value is boolean => typeof value === 'boolean') ?? otherwise
  }

  int(name: string, least: number, most: number): number | undefined {
    return this.#typed(
      name,
      `a whole number from ${least} to ${most}`,
      (value): value is number => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    )
  }

  texts(name: string): readonly string[] {
    return this.#list(name).flatMap((one, index) => {
      if (typeof one === 'string' && one !== '') return [one]
      this.fault(`${name}[${index}]`, 'must be a text')
      return []
    })
  }

  /** One that cannot be read selects nothing: none at all would select everything. */
  selectors(name: string): readonly Selector[] {
    return this.#list(name).map((one, index) => this.#selector(one, `${name}[${index}]`))
  }

  selector(name: string): Selector {
    return this.#selector(this.#value(name), name)
  }

  /** Each entry of a list, to be read in turn. */
  entries(name: string): readonly FieldReader[] {
    return this.#list(name).map(
      (one, index) => new FieldReader(one, this.#object, `${this.#path}.${name}[${index}]`, this.#faults),
    )
  }

  inner(name: string): FieldReader {
    return new FieldReader(this.#value(name), this.#object, `${this.#path}.${name}`, this.#faults)
  }

  /** `1m30s`, as Go writes it, in seconds. */
  duration(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
    const seconds = { ms: 0.001, s: 1, m: 60, h: 3600 }
    if (parts.length > 0 && parts.map(([whole]) => whole).join('') === text)
      return parts.reduce((sum, [, number, unit]) => sum + Number(number) * seconds[unit as 's'], 0)
    this.fault(name, `${JSON.stringify(text)} is no duration; write it as 90s or 1m30s`)
    return undefined
  }

  done(): void {
    for (const name of Object.keys(this.#of))
      if (!this.#asked.has(name)) this.fault(name, 'is not known here and does nothing; take it away')
  }

  #value(name: string): unknown {
    this.#asked.add(name)
    return this.#of[name] ?? undefined
  }

  #typed<T>(name: string, what: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.#value(name)
    if (value === undefined || is(value)) return value
    this.fault(name, `${JSON.stringify(value)} is not ${what}`)
    return undefined
  }

  #list(name: string): readonly unknown[] {
    return this.#typed(name, 'a list', (value): value is readonly unknown[] => Array.isArray(value)) ?? []
  }

  #selector(of: unknown, name: string): Selector {
    const nothing: Selector = { matchExpressions: [{ key: 'a', operator: 'none' }] }
    if (!isObject(of)) {
      this.fault(name, 'must be a label selector; {} selects everything')
      return nothing
    }
    try {
      requirementsOf(of as Selector)
      const unknown = Object.keys(of).filter((key) => key !== 'matchLabels' && key !== 'matchExpressions')
      if (unknown.length === 0) return of as Selector
      this.fault(name, `a label selector has no ${unknown.join(', ')}; write matchLabels or matchExpressions`)
    } catch (error) {
      this.fault(name, `${(error as Error).message}; until it is mended it selects nothing`)
    }
    return nothing
  }
}
