import type { ApiObject } from '#api/resource.ts'
import { jsonEqual } from '#schema/json-value.ts'

/** Who is asked, and whether once more where somebody after them changes something. */
interface Asked {
  readonly id: string
  readonly reinvocationPolicy?: string | undefined
}

/** One of the two rounds in which the webhooks of a request are asked: who is asked in it, and who would like to look again. */
export class Round {
  /** In the second, those alone who were asked in the first, and after whom somebody has changed something. */
  readonly #only: ReadonlySet<string> | undefined
  #hasChanged = false
  /** Asked, and to be asked again where somebody after them changes something. */
  readonly #invoked = new Set<string>()
  readonly #again = new Set<string>()
  #output: ApiObject | undefined

  private constructor(only?: ReadonlySet<string>) {
    this.#only = only
  }

  static first(): Round {
    return new Round()
  }

  /** The second, over an object that the server's own rules have looked at once more. */
  second(object: ApiObject | undefined): Round {
    const isChangedSince = !jsonEqual(this.#output as never, object as never)
    return new Round(isChangedSince ? new Set([...this.#again, ...this.#invoked]) : this.#again)
  }

  /** Somebody has changed something, so that who came before may want to look again. */
  get hasChanged(): boolean {
    return this.#hasChanged
  }

  /** 0 or 1. */
  get index(): number {
    return this.#only === undefined ? 0 : 1
  }

  skips(hook: Asked): boolean {
    return this.#only !== undefined && !this.#only.has(hook.id)
  }

  asked(hook: Asked, hasChanged: boolean): void {
    if (hasChanged) {
      for (const id of this.#invoked) this.#again.add(id)
      this.#invoked.clear()
      this.#hasChanged = true
    }
    if (hook.reinvocationPolicy === 'IfNeeded') this.#invoked.add(hook.id)
  }

  end(output: ApiObject | undefined): void {
    this.#output = output
  }
}
