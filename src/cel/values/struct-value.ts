import { ObjectValue, type Value } from './value.ts'

/** An object that an expression makes: `JSONPatch{op: "add", ...}`. */
export class StructValue extends ObjectValue {
  readonly typeName: string
  readonly #fields: ReadonlyMap<string, Value>

  constructor(typeName: string, fields: ReadonlyMap<string, Value>) {
    super()
    this.typeName = typeName
    this.#fields = fields
  }

  field(name: string): Value | undefined {
    return this.#fields.get(name)
  }

  names(): readonly string[] {
    return [...this.#fields.keys()]
  }
}
