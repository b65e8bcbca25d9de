import { utf8Bytes } from '#schema/utf8.ts'

const LETTERS = 'abfnrtv'
const CONTROLS = '\u0007\b\f\n\r\t\v'

/** What a letter after a backslash stands for: itself, but for some. */
const escaped = (letter: string): string => (LETTERS.includes(letter) ? CONTROLS[LETTERS.indexOf(letter)]! : letter)

/** A literal without its quotes, and whether its escapes are to be read. */
const unquote = (text: string): readonly [body: string, isRaw: boolean] => {
  const isRaw = /^[rR]/.test(text)
  const quoted = isRaw ? text.slice(1) : text
  const width = /^("""|''')/.test(quoted) ? 3 : 1
  return [
    quoted
      .slice(width, quoted.length - width)
      .replaceAll('\r\n', '\n')
      .replaceAll('\r', '\n'),
    isRaw,
  ]
}

const ESCAPES = /\\(?:([0-3][0-7][0-7])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/gu

/** The text of a string literal; undefined where it names what is no code point. */
export const stringOf = (text: string): string | undefined => {
  const [body, isRaw] = unquote(text)
  if (isRaw) return body
  let isValid = true
  const read = body.replace(ESCAPES, (_, octal, hex, short, long, letter) => {
    if (letter !== undefined) return escaped(letter)
    const point = octal === undefined ? Number.parseInt(hex ?? short ?? long, 16) : Number.parseInt(octal, 8)
    if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) return String.fromCodePoint(point)
    isValid = false
    return ''
  })
  return isValid ? read : undefined
}

/** The bytes of a literal such as `b'\xff'`; `text` is without its `b`. */
export const bytesOf = (text: string): Uint8Array | undefined => {
  const [body, isRaw] = unquote(text)
  if (isRaw) return utf8Bytes(body)
  const parts: number[] = []
  let last = 0
  for (const found of body.matchAll(ESCAPES)) {
    const [whole, octal, hex, short, long, letter] = found
    parts.push(...utf8Bytes(body.slice(last, found.index)))
    last = found.index + whole.length
    if (short !== undefined || long !== undefined) return undefined
    if (letter !== undefined) parts.push(...utf8Bytes(escaped(letter)))
    else parts.push(octal === undefined ? Number.parseInt(hex!, 16) : Number.parseInt(octal, 8))
  }
  parts.push(...utf8Bytes(body.slice(last)))
  return Uint8Array.from(parts)
}
