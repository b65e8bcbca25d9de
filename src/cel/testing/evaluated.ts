import assert from 'node:assert/strict'
import { type CelEnvironment, type CelType, celEnvironment, DYN, type Inputs } from '../cel.ts'
import { jsonOf } from './json-of.ts'

/** Evaluates expressions in one environment; errors are told of by their message. */
export class Expressions {
  readonly #environment: CelEnvironment
  readonly #inputs: Inputs

  constructor(variables: { readonly [name: string]: CelType } = { d: DYN }, inputs: Inputs = {}) {
    this.#environment = celEnvironment(variables)
    this.#inputs = inputs
  }

  /** What an expression comes to, as JSON. */
  value(source: string): unknown {
    const { value, error } = this.#environment.compile(source).evaluate(this.#inputs)
    return error === undefined ? jsonOf(value) : `error: ${error.message}`
  }

  cost(source: string): number {
    return this.#environment.compile(source).evaluate(this.#inputs).cost
  }

  /** Each of these comes to that. */
  are(cases: { readonly [source: string]: unknown }): void {
    for (const [source, wanted] of Object.entries(cases)) assert.deepEqual(this.value(source), wanted, source)
  }

  /** Each of these is true. */
  hold(...sources: readonly string[]): void {
    for (const source of sources) assert.equal(this.value(source), true, source)
  }

  /** Each of these cannot be compiled, for that reason, which is part of what is told. */
  refuse(cases: { readonly [source: string]: string }): void {
    for (const [source, why] of Object.entries(cases))
      assert.throws(
        () => this.#environment.compile(source),
        (error: Error) => {
          assert.ok(error.message.includes(why), `${source}: ${error.message}`)
          return true
        },
        source,
      )
  }
}
