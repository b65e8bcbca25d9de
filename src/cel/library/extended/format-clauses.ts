import { utf8Bytes } from '#schema/utf8.ts'

/** A piece of a text to be formatted in whose place a value stands: `%.2f`. */
export interface Clause {
  readonly letter: string
  readonly digits: number
  /** Whether the text ends with its per cent sign. */
  readonly isCut: boolean
  /** What is wrong with it, whatever the value is. */
  readonly problem: string | undefined
}

const DEFAULT_DIGITS = 6
const FAILED = 'could not parse formatting clause'
const BAD_DIGITS = `${FAILED}: error while parsing precision`
const PIECE = /%(?:(%)|(\.[0-9]*)?([\s\S]?))|[^%]+/gu

const problemOf = (precision: string | undefined, letter: string): string | undefined => {
  if (precision !== undefined && letter === '') return `${BAD_DIGITS}: could not find end of precision specifier`
  if (precision === '.')
    return `${BAD_DIGITS}: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax`
  if ('sdfebxXo'.includes(letter)) return undefined
  // Go looks at one octet, and shows it as a code point.
  return `${FAILED}: unrecognized formatting clause "${String.fromCharCode(utf8Bytes(letter)[0]!)}"`
}

/** The pieces of a text that is to be formatted: those that stay as they are, and clauses. */
export function* piecesOf(text: string): Generator<string | Clause> {
  for (const [whole, percent, precision, letter = ''] of text.matchAll(PIECE)) {
    if (percent !== undefined) yield '%'
    else if (!whole.startsWith('%')) yield whole
    else {
      const digits = precision === undefined ? DEFAULT_DIGITS : Number(precision.slice(1))
      yield { letter, digits, isCut: whole === '%', problem: problemOf(precision, letter) }
    }
  }
}

/** What the clause of a letter says of a value of another type than it takes. */
export const wrongType = (letter: string, typeName: string): string => {
  const takes: { readonly [letter: string]: string } = {
    s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
    d: 'decimal clause can only be used on integers',
    f: 'fixed-point clause can only be used on doubles',
    e: 'scientific clause can only be used on doubles',
    b: 'only integers and bools can be formatted as binary',
    o: 'octal clause can only be used on integers',
    x: 'only integers, byte buffers, and strings can be formatted as hex',
  }
  return `error during formatting: ${takes[letter.toLowerCase()]!}, was given ${typeName}`
}
