import { EMPTY, type FieldSet, type GrowingSet, isEmpty, SELF } from './field-set.ts'
import { canonicalElement, FieldSetError, sortedElements } from './path-element.ts'
import { Recent } from './recent.ts'

/**
 * Sets that were made before, by the text that they were written as, in whatever order. Thousands of objects have the
 * same few sets: each is held once, and a client that sends one back is understood without reading it.
 */
const byText = new Recent<FieldSet>(2048)
/** Characters: what is longer is not met twice, or too much to keep. */
const MOST_TEXT = 16 * 1024
/** Parts of sets, by their own elements and the numbers of the parts below them. */
const byParts = new Recent<FieldSet>(4096)
/** The canonical ones, numbered. */
const numbers = new WeakMap<FieldSet, number>()
let last = 0

const number = (set: FieldSet): number => {
  last += 1
  numbers.set(set, last)
  return last
}
number(EMPTY)

/** The one object for a set of these fields: its elements in structured-merge-diff's order, shared with all that are alike. */
export const canonicalSet = (set: FieldSet): FieldSet => {
  if (numbers.has(set)) return set
  if (isEmpty(set)) return EMPTY
  const text = JSON.stringify(set)
  let known = byText.get(text)
  if (known === undefined) {
    known = share(set)
    if (text.length <= MOST_TEXT) byText.set(text, known)
  }
  return known
}

const share = (set: FieldSet): FieldSet => {
  if (numbers.has(set)) return set
  const elements = sortedElements(Object.keys(set))
  if (elements.length === 0) return EMPTY
  const result: GrowingSet = {}
  let name = ''
  for (const element of elements) {
    const below = share(set[element]!)
    result[element] = below
    name += `${element}\n${numbers.get(below)}\n`
  }
  const known = byParts.get(name)
  if (known !== undefined) return known
  number(result)
  if (name.length <= MOST_TEXT) byParts.set(name, result)
  return result
}

/**
 * A set as somebody wrote it, in the form of `fieldsV1`; elements of kinds that are not known are dropped. Throws
 * FieldSetError.
 */
export const readSet = (written: unknown): FieldSet => {
  if (written === undefined || written === null) return EMPTY
  if (typeof written === 'object' && numbers.has(written as FieldSet)) return written as FieldSet
  const text = JSON.stringify(written)
  let known = byText.get(text)
  if (known === undefined) {
    const root = readNode(written)
    const { [SELF]: _, ...set } = root
    known = share(set)
    if (text.length <= MOST_TEXT) byText.set(text, known)
  }
  return known
}

const readNode = (written: unknown): FieldSet => {
  if (written === null) return EMPTY
  if (typeof written !== 'object' || Array.isArray(written))
    throw new FieldSetError(`a set of fields is an object, not ${JSON.stringify(written)}`)
  const set: GrowingSet = {}
  for (const [text, below] of Object.entries(written)) {
    if (text === SELF) {
      set[SELF] = EMPTY
      continue
    }
    const element = canonicalElement(text)
    if (element === undefined) continue
    set[element] = readNode(below)
  }
  // A field that only says of itself that it is a member has nothing below it.
  return Object.keys(set).length === 1 && SELF in set ? EMPTY : set
}
