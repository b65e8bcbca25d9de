import type { Overload } from '../library/overload.ts'
import { assigned, mostGeneral, renamed, substituted } from '../types/assign.ts'
import type { CelType } from '../types/type.ts'

/** What is known of type parameters, more with each part of an expression. */
export class Inference {
  readonly #bindings = new Map<string, CelType>()
  #count = 0

  /** A type with what is known by now. */
  known(type: CelType): CelType {
    return substituted(this.#bindings, type)
  }

  /** The same in the end: what nobody has said anything of may be anything. */
  settled(type: CelType): CelType {
    return substituted(this.#bindings, type, true)
  }

  /** Whether types take each other; what follows of parameters is kept. */
  assign(ones: readonly CelType[], others: readonly CelType[]): boolean {
    const found = assigned(this.#bindings, ones, others)
    for (const [name, type] of found ?? []) this.#bindings.set(name, type)
    return found !== undefined
  }

  /** One type for what is of both; undefined where there is none. */
  joined(before: CelType | undefined, type: CelType): CelType | undefined {
    if (before === undefined) return type
    return this.assign([before], [type]) ? mostGeneral(before, type) : undefined
  }

  /** What an overload gives for such arguments; undefined where it does not take them. */
  resultOf({ args, result, params }: Overload, types: readonly CelType[]): CelType | undefined {
    if (args.length !== types.length) return undefined
    const names = new Map(params.map((param) => [param, this.#name()]))
    const own = (type: CelType): CelType =>
      names.size === 0 ? type : renamed(type, (param) => names.get(param) ?? param)
    return this.assign(types, args.map(own)) ? this.known(own(result)) : undefined
  }

  /** A parameter of which nothing is known. */
  fresh(): CelType {
    return { kind: 'param', name: this.#name() }
  }

  #name(): string {
    return `_var${this.#count++}`
  }
}
