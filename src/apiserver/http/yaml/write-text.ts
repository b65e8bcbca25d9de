import { isMistaken, isSpecial, stylesOf } from './plain-text.ts'

/** Past this column a line is broken where a space stands. */
const WIDTH = 80

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
}

const escaped = (character: string): string => {
  const known = ESCAPES[character]
  if (known !== undefined) return `\\${known}`
  const code = character.codePointAt(0)!
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** Where a text is written. */
interface Place {
  /** Of what stands before it on its line, and of the space in between. */
  readonly column: number
  /** In front of the lines that go on. */
  readonly indent: string
}

/**
 * `quote`: what it stands between. A line that has become too long is broken at a single space, which readers put back;
 * `guard` stands before a space that would begin a line.
 */
const folded = (
  text: string,
  quote: string,
  place: Place,
  write: (character: string) => string,
  guard = '',
): string => {
  const characters = [...text]
  const last = characters.length - 1
  let out = quote
  let column = place.column + quote.length
  let isSpace = false
  for (const [at, character] of characters.entries()) {
    const next = characters[at + 1]
    const mayBreak = quote === '' || (at > 0 && at < last)
    if (character === ' ' && !isSpace && mayBreak && column > WIDTH && (next !== ' ' || guard !== '')) {
      const begin = `${place.indent}${next === ' ' ? guard : ''}`
      out += `\n${begin}`
      column = begin.length
    } else {
      const written = write(character)
      out += written
      column += [...written].length
    }
    isSpace = character === ' '
  }
  return out + quote
}

const same = (character: string): string => character
const doubled = (character: string): string => (character === "'" ? "''" : character)
const quoted = (character: string): string =>
  character === '"' || character === '\\' || character === '\n' || isSpecial(character) ? escaped(character) : character

/** Lines as they are, below a mark that says where they begin and how they end. */
const literal = (text: string, indent: string): string => {
  const start = /^[ \n]/.test(text) ? '2' : ''
  const end = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  return `|${start}${end}\n${lines.map((line) => (line === '' ? '' : indent + line)).join('\n')}`
}

/** A text as a value, in the form in which Kubernetes' YAML has it. */
export const writeText = (text: string, place: Place): string => {
  const styles = stylesOf(text)
  if (text.includes('\n')) {
    if (styles.literal) return literal(text, place.indent)
  } else if (!isMistaken(text)) {
    if (styles.plain) return folded(text, '', place, same)
    if (styles.single) return folded(text, "'", place, doubled)
  }
  return folded(text, '"', place, quoted, '\\')
}

/** A text as a key: on one line, whatever it holds. */
export const writeKey = (text: string): string => {
  const styles = stylesOf(text)
  const isOneLine = !text.includes('\n')
  if (isOneLine && !isMistaken(text)) {
    if (styles.plain) return text
    if (styles.single) return `'${[...text].map(doubled).join('')}'`
  }
  return `"${[...text].map(quoted).join('')}"`
}
