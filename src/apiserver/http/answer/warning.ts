/** Characters of all warnings of one answer, and of each where all are longer together: upstream's numbers. */
const TOTAL = 4096
const EACH = 256

/** Control characters, which no header may hold. */
const CONTROL = /\p{Cc}+/gu

/**
 * The values of an answer's Warning headers (RFC 7234, code 299), as kubectl and client-go read them: each text once, a
 * control character as a space. Where all together are long, each is cut, and what is past the limit is left out. A
 * header is bytes, and Node.js writes a character of it as one byte: the text's UTF-8 goes in byte by byte.
 */
export const warningHeaders = (warnings: readonly string[]): string[] => {
  const texts = [...new Set(warnings.map((text) => text.replace(CONTROL, ' ').trim()))].filter(Boolean)
  const characters = texts.map((text) => [...text])
  const whole = characters.reduce((sum, { length }) => sum + length, 0) <= TOTAL
  const headers: string[] = []
  let written = 0
  for (const text of characters) {
    if (written >= TOTAL) break
    const shown = whole ? text : text.slice(0, EACH)
    written += shown.length
    headers.push(`299 - "${latin1(shown.join('').replace(/["\\]/g, '\\$&'))}"`)
  }
  return headers
}

/** The UTF-8 bytes of a text, each as the character of that number. A lone surrogate becomes U+FFFD. */
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')
