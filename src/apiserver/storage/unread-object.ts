import type { ApiObject } from '#api/resource.ts'

/**
 * An object as its text, which is read when somebody first asks for it: a start waits for nobody's, and the text of one
 * that nobody asks for is smaller than what it says.
 */
export class UnreadObject {
  readonly #read: (text: string) => ApiObject
  readonly #octets: number
  #text: string
  #object: ApiObject | undefined

  /** `read` may throw; then it does so whenever the object is asked for. */
  constructor(text: string, read: (text: string) => ApiObject) {
    this.#text = text
    this.#read = read
    this.#octets = text.length
  }

  /** About how much it takes in memory. */
  get octets(): number {
    return this.#octets
  }

  /** Always the same one. */
  get object(): ApiObject {
    if (this.#object === undefined) {
      this.#object = this.#read(this.#text)
      this.#text = ''
    }
    return this.#object
  }
}

/** What is held of an object: itself, or its text. */
export type Held = ApiObject | UnreadObject

export const objectOf = (held: Held): ApiObject => (held instanceof UnreadObject ? held.object : held)
