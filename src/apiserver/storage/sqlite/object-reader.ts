import type { ApiObject } from '#api/resource.ts'
import { canonicalSet, readSet } from '#schema/apply/sets/canonical-set.ts'
import { FieldSetError } from '#schema/apply/sets/path-element.ts'
import { parseExactly } from '#schema/json/long-integer.ts'

type Fields = { readonly [name: string]: unknown }
interface Entry {
  /** A text names it. */
  fieldsV1?: Fields | string | null
}

/** It can be a member's name alone: within a text its quotes would be escaped. */
const FIELDS = '"fieldsV1":'
/** How many texts of sets are tried before one is read to its end. */
const RECENT = 6

/**
 * Reads one object after the other from JSON. Half of an object's text would say who owns its fields, and thousands say
 * the same: they name it (`named`, by that name), or each text of a set is read once; and they hold one set between them,
 * as they did before. Throws SyntaxError.
 */
export const objectReader = (named: ReadonlyMap<string, string>): ((text: string) => ApiObject) => {
  const sets = new Map<string, Fields>()
  let recent: string[] = []
  const setTextAt = (text: string, from: number): string => {
    const known = recent.find((one) => text.startsWith(one, from))
    if (known !== undefined) return known
    const found = text.slice(from, endOfObject(text, from))
    recent = [found, ...recent.filter((one) => one !== found)].slice(0, RECENT)
    return found
  }
  const setOf = (text: string): Fields => {
    let set = sets.get(text)
    if (set === undefined) {
      set = sharedSet(text)
      sets.set(text, set)
    }
    return set
  }
  const namedSet = (name: string): Fields => {
    const text = named.get(name)
    if (text === undefined) throw new SyntaxError(`an object names a set of fields that is not there: ${name}`)
    return setOf(text)
  }
  const readWhole = (text: string): ApiObject => {
    const object = parseExactly(text) as ApiObject
    for (const entry of entriesOf(object))
      if (typeof entry.fieldsV1 === 'string') entry.fieldsV1 = namedSet(entry.fieldsV1)
    return object
  }
  return (text) => {
    const found: string[] = []
    let rest = ''
    let at = 0
    for (let next = text.indexOf(FIELDS); next >= 0; next = text.indexOf(FIELDS, Math.max(at, next + 1))) {
      const from = next + FIELDS.length
      if (text[from] === '"') continue
      if (text[from] !== '{') return readWhole(text)
      const set = setTextAt(text, from)
      found.push(set)
      rest += `${text.slice(at, from)}null`
      at = from + set.length
    }
    if (found.length === 0) return readWhole(text)
    const object = readWhole(rest + text.slice(at))
    const entries = entriesOf(object).filter(({ fieldsV1 }) => fieldsV1 === null)
    // Some lie elsewhere: they are no sets of this object's.
    if (entries.length !== found.length) return readWhole(text)
    for (const [index, entry] of entries.entries()) entry.fieldsV1 = setOf(found[index]!)
    return object
  }
}

const entriesOf = ({ metadata }: ApiObject): readonly Entry[] => (metadata?.managedFields ?? []) as readonly Entry[]

/** The one object that all hold who own this; what is written otherwise than we write it stays so. */
const sharedSet = (text: string): Fields => {
  const written = parseExactly(text) as Fields
  try {
    const set = canonicalSet(readSet(written))
    return JSON.stringify(set) === text ? set : written
  } catch (error) {
    if (error instanceof FieldSetError) return written
    throw error
  }
}

const QUOTE = 34
const BACKSLASH = 92
const OPEN = 123
const CLOSE = 125

/** Where the JSON object ends that begins here. */
const endOfObject = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at++
      while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
    } else if (code === OPEN) depth++
    else if (code === CLOSE && --depth === 0) return at + 1
  }
  return text.length
}
