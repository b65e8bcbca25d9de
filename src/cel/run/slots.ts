/** Where the variables of folds are while an expression is evaluated. */
export class Slots {
  readonly #outer: Slots | undefined
  readonly #name: string | undefined
  readonly index: number

  constructor(outer?: Slots, name?: string) {
    this.#outer = outer
    this.#name = name
    this.index = outer === undefined ? -1 : outer.index + 1
  }

  /** The slots inside of which one more name stands for something. */
  with(name: string): Slots {
    return new Slots(this, name)
  }

  find(name: string): number | undefined {
    return this.#name === name ? this.index : this.#outer?.find(name)
  }
}
