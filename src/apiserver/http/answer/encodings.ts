/** How many octets of encodings are kept, all together; a part of it is the most that one may take. */
const LIMIT = 32 * 1024 * 1024
/** Where the entries that have gone are cut off rather than left empty. */
const SLACK = 4096

type Encoding = string | Uint8Array

interface Entry {
  /** Not the object: what nobody else holds any more goes, and its encodings with it. */
  readonly object: WeakRef<object>
  readonly form: string
  readonly bytes: number
}

/**
 * What was encoded last, by object and form: a stored state never changes, and a change of it goes to many watchers in
 * the same bytes. Where there are more octets than the limit, the oldest goes first.
 */
export class Encodings {
  readonly #limit: number
  readonly #byObject = new WeakMap<object, Map<string, Encoding>>()
  /** Oldest first, from `#head`. */
  #entries: (Entry | undefined)[] = []
  #head = 0
  #bytes = 0

  constructor(limit = LIMIT) {
    this.#limit = limit
  }

  /** Octets that are kept, at most. */
  get bytes(): number {
    return this.#bytes
  }

  /** The encoding of that object in that form, made where it is not kept. */
  of<E extends Encoding>(object: object, form: string, encode: () => E): E {
    const known = this.#byObject.get(object)?.get(form)
    if (known !== undefined) return known as E
    const made = encode()
    const bytes = octets(made)
    if (bytes <= this.#limit / 8) this.#keep(object, form, made, bytes)
    return made
  }

  #keep(object: object, form: string, made: Encoding, bytes: number): void {
    const forms = this.#byObject.get(object)
    if (forms) forms.set(form, made)
    else this.#byObject.set(object, new Map([[form, made]]))
    this.#entries.push({ object: new WeakRef(object), form, bytes })
    this.#bytes += bytes
    while (this.#bytes > this.#limit) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const { object, form, bytes } = this.#entries[this.#head]!
    this.#entries[this.#head++] = undefined
    this.#bytes -= bytes
    const target = object.deref()
    if (target) this.#byObject.get(target)?.delete(form)
    if (this.#head < SLACK || this.#head * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }
}

/** Of a text the most that V8 takes; each entry costs something itself. */
const octets = (encoding: Encoding): number =>
  100 + (typeof encoding === 'string' ? 2 * encoding.length : encoding.byteLength)
