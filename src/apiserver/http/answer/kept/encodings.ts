import { KeptText, textOctets } from './kept-text.ts'

/** How many octets of encodings are kept, all together; a part of it is the most that one may take. */
const LIMIT = 64 * 1024 * 1024
/** Where the entries that have gone are cut off rather than left empty. */
const SLACK = 4096
/** So many that are in use are passed over before one of them goes all the same. */
const CHANCES = 32

type Encoding = string | Uint8Array | KeptText

/** The encodings of one object, one behind the other. */
interface Kept {
  readonly form: string
  readonly made: Encoding
  /** Asked for again since it was made, or passed over. */
  isUsed: boolean
  next: Kept | undefined
}

interface Entry {
  /** Not the object: what nobody else holds any more goes, and its encodings with it. */
  readonly object: WeakRef<object>
  readonly form: string
  readonly bytes: number
}

/**
 * What was encoded, by object and form: a stored state never changes, a change of it goes to many watchers in the same
 * bytes, and lists are made of the same texts again and again. Where there are more octets than the limit, the oldest
 * goes first that nobody has asked for.
 */
export class Encodings {
  readonly #limit: number
  readonly #byObject = new WeakMap<object, Kept>()
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
    const known = this.#find(object, form)
    if (known !== undefined) return known as E
    const made = encode()
    const bytes = octets(made)
    if (bytes <= this.#limit / 8) this.#keep(object, form, made, bytes)
    return made
  }

  /** The same for one of many that are read together: what is made takes nobody's place. */
  ofMany<E extends Encoding>(object: object, form: string, encode: () => E): E {
    const known = this.#find(object, form)
    if (known !== undefined) return known as E
    const made = encode()
    const bytes = octets(made)
    if (this.#bytes + bytes <= this.#limit) this.#keep(object, form, made, bytes)
    return made
  }

  #find(object: object, form: string): Encoding | undefined {
    const kept = keptAs(this.#byObject.get(object), form)
    if (kept) kept.isUsed = true
    return kept?.made
  }

  #keep(object: object, form: string, made: Encoding, bytes: number): void {
    this.#byObject.set(object, { form, made, isUsed: false, next: this.#byObject.get(object) })
    this.#entries.push({ object: new WeakRef(object), form, bytes })
    this.#bytes += bytes
    for (let chances = CHANCES; this.#bytes > this.#limit; ) if (!this.#passOldest(chances > 0)) chances--
  }

  /** Takes the oldest out, or puts it behind all others where it is in use and may have a chance; false where it did that. */
  #passOldest(mayStay: boolean): boolean {
    const entry = this.#entries[this.#head]!
    this.#entries[this.#head++] = undefined
    const object = entry.object.deref()
    const kept = object && keptAs(this.#byObject.get(object), entry.form)
    const stays = mayStay && kept?.isUsed === true
    if (kept && stays) {
      kept.isUsed = false
      this.#entries.push(entry)
    } else {
      this.#bytes -= entry.bytes
      if (object) this.#drop(object, entry.form)
    }
    if (this.#head >= SLACK && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
    return !stays
  }

  #drop(object: object, form: string): void {
    const others: Kept[] = []
    for (let kept = this.#byObject.get(object); kept; kept = kept.next) if (kept.form !== form) others.push(kept)
    others.forEach((kept, index) => {
      kept.next = others[index + 1]
    })
    if (others[0]) this.#byObject.set(object, others[0])
    else this.#byObject.delete(object)
  }
}

const keptAs = (first: Kept | undefined, form: string): Kept | undefined => {
  let kept = first
  while (kept && kept.form !== form) kept = kept.next
  return kept
}

/** Each entry costs something itself. */
const octets = (encoding: Encoding): number => {
  if (typeof encoding === 'string') return 200 + textOctets(encoding)
  return 200 + (encoding instanceof KeptText ? encoding.octets : encoding.byteLength)
}
