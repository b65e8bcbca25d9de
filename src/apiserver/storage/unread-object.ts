import type { ApiObject } from '#api/resource.ts'
import { parseExactly } from '#schema/json/long-integer.ts'

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
  get spec(): unknown {
    if (this.#object !== undefined) return specOf(this.#object)
    const found = specIn(this.#text)
    return found === undefined ? specOf(this.#read(this.#text)) : found.spec
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

/** The `spec` of what is held, for a look. */
export const specHeld = (held: Held): unknown => (held instanceof UnreadObject ? held.spec : specOf(held))

const specOf = (object: ApiObject): unknown => (object as { readonly spec?: unknown }).spec

const SPEC = '"spec":{'

/**
 * The end of an object's text that begins with its `spec`, without what is before it: within a text its quotes would be
 * escaped, and in a member of a member more braces would be closed than opened. Undefined where there is no such end.
 */
const specIn = (text: string): { readonly spec: unknown } | undefined => {
  const at = text.indexOf(SPEC)
  if (at < 0) return undefined
  try {
    return parseExactly(`{${text.slice(at)}`) as { readonly spec: unknown }
  } catch {
    return undefined
  }
}
