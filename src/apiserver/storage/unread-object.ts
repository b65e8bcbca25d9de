import type { ApiObject } from '#api/resource.ts'

/**
 * An object as its text, which is read when somebody first asks for it: so a start waits for none of them (ADR 69 has
 * the times, and what it takes in memory).
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

  /** Read for the moment: only what is asked for as `object` stays. */
  get glance(): ApiObject {
    return this.#object ?? this.#read(this.#text)
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

/** The object itself, if there is one. */
export function objectOf(held: Held): ApiObject
export function objectOf(held: Held | undefined): ApiObject | undefined
export function objectOf(held: Held | undefined): ApiObject | undefined {
  return held instanceof UnreadObject ? held.object : held
}
