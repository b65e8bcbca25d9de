/** Letters that have an escape of their own in Go. */
export const GO_ESCAPES: { readonly [letter: string]: string } = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
}

/** What Go prints as it is: no control, no blank but the one of ASCII, and nothing that is not assigned. */
const PRINTED = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

const shown = (letter: string): string => {
  const named = GO_ESCAPES[letter]
  if (named !== undefined || PRINTED.test(letter)) return named ?? letter
  const point = letter.codePointAt(0)!
  // Half of a pair is no text in Go.
  if (point >= 0xd800 && point <= 0xdfff) return '\ufffd'
  const [mark, width] = point < 0x80 ? ['x', 2] : point < 0x1_0000 ? ['u', 4] : ['U', 8]
  return `\\${mark}${point.toString(16).padStart(width, '0')}`
}

/** A text as Go quotes it by %q; nearly JSON, which every reader knows. */
export const quoted = (text: string): string => `"${text.replace(/["\\]|[^ -~]/gu, shown)}"`

/** A list of texts as Go quotes it by %q: `["a" "b"]`. */
export const quotedList = (texts: readonly string[]): string => `[${texts.map(quoted).join(' ')}]`
