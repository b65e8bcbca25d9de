/**
 * Which of those that may answer take part. The same list for the same question: hundreds of addresses ask it, some times a
 * second.
 */
export class Taking {
  #members: ReadonlySet<string> = new Set()
  #known = new WeakMap<readonly string[], readonly string[]>()
  readonly #byText = new Map<string, readonly string[]>()

  of(fit: readonly string[], members: ReadonlySet<string>): readonly string[] {
    if (members !== this.#members) {
      this.#known = new WeakMap()
      this.#byText.clear()
      this.#members = members
    }
    const known = this.#known.get(fit)
    if (known) return known
    // A new plan brings new lists, most of them with the same names.
    const text = fit.join()
    const taking = this.#byText.get(text) ?? fit.filter((name) => members.has(name))
    this.#byText.set(text, taking)
    this.#known.set(fit, taking)
    return taking
  }
}
