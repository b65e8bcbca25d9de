import type { CelType } from '../types/type.ts'

/** Names and their types, inner ones before outer ones. */
export class Scope {
  readonly #outer: Scope | undefined
  readonly #types: ReadonlyMap<string, CelType>

  constructor(types: Iterable<readonly [string, CelType]>, outer?: Scope) {
    this.#types = new Map(types)
    this.#outer = outer
  }

  find(name: string): CelType | undefined {
    return this.#types.get(name) ?? this.#outer?.find(name)
  }
}
