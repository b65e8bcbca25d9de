import type { ApiObject } from '#api/resource.ts'

/** Stands in a text where a set of owned fields belongs. */
const MARK = '\u0000fieldsV1\u0000'
const MARKED = JSON.stringify(MARK)
/** Characters: a longer set is hardly met twice, and stays where it is. */
const LONGEST = 16 * 1024

/** Sets of owned fields as texts, each once: thousands of objects hold the same (docs/adr/0053-fields-have-owners.md). */
const known = new WeakMap<object, string>()

/** What stands between the sets, the sets among it, and how many octets nobody else has. */
interface Parts {
  readonly parts: readonly string[]
  readonly octets: number
}

/** JSON of an object, without the sets of owned fields that others hold too: up to half of it says who owns what. */
export class KeptText {
  readonly #parts: readonly string[]
  /** What it takes in memory, about; a set counts where it was met first. */
  readonly octets: number

  /** Of what `write` makes of the object, or of one that says something else of its fields. */
  constructor(object: ApiObject, write: (object: ApiObject) => string) {
    const { parts, octets } = partsOf(object, write) ?? whole(write(object))
    this.#parts = parts
    this.octets = octets
  }

  get text(): string {
    let text = ''
    for (const part of this.#parts) text += part
    return text
  }
}

const whole = (text: string): Parts => ({ parts: [text], octets: textOctets(text) })

const partsOf = (object: ApiObject, write: (object: ApiObject) => string): Parts | undefined => {
  const { managedFields = [] } = object.metadata ?? {}
  const texts: string[] = []
  let octets = 0
  for (const { fieldsV1 } of managedFields) {
    if (fieldsV1 === undefined) continue
    let text = known.get(fieldsV1)
    if (text === undefined) {
      text = JSON.stringify(fieldsV1)
      if (text.length > LONGEST) return undefined
      known.set(fieldsV1, text)
      octets += textOctets(text)
    }
    texts.push(text)
  }
  if (texts.length === 0) return undefined
  const marked = managedFields.map((entry) => (entry.fieldsV1 === undefined ? entry : { ...entry, fieldsV1: MARK }))
  const text = write({ ...object, metadata: { ...object.metadata, managedFields: marked } } as unknown as ApiObject)
  const own = text.split(MARKED)
  // A client may write anything, also what the mark is.
  if (own.length !== texts.length + 1) return undefined
  const parts = own.flatMap((part, index) => (index === 0 ? [part] : [texts[index - 1]!, part]))
  // A list that grew has room for more; a copy has none.
  return { parts: parts.slice(), octets: octets + textOctets(text) }
}

/** V8 takes two octets for each character of a text that has one of these. */
const WIDE = /[^\0-\xff]/

export const textOctets = (text: string): number => (WIDE.test(text) ? 2 : 1) * text.length
