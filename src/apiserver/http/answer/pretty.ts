import type { IncomingMessage } from 'node:http'

/** Programs whose answers people read: browsers, curl, Wget. */
const READ_BY_PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/
/** As Go reads a boolean. */
const TRUE = /^(?:1|[tT]|true|True|TRUE)$/

/**
 * Whether JSON is to be indented: as the query's `pretty` says, else for what the media type asks (`pretty=1`), and for
 * programs whose answers people read.
 */
export const isPretty = ({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>, asked = false): boolean => {
  if (asked) return true
  const said = url.includes('pretty') ? new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('pretty') : null
  return said ? TRUE.test(said) : READ_BY_PEOPLE.test(headers['user-agent'] ?? '')
}

const QUOTE = 34
const BACKSLASH = 92

/** After the quote that ends the text that begins at `start`. */
const textEnd = (json: string, start: number): number => {
  let at = start + 1
  while (json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at + 1
}

/** JSON without white space, indented by two; every text and number stays as it is written. */
export const indented = (json: string): string => {
  const parts: string[] = []
  let margin = '\n'
  let written = 0
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '"':
        at = textEnd(json, at) - 1
        break
      case ':':
        parts.push(json.slice(written, at), ': ')
        written = at + 1
        break
      case ',':
        parts.push(json.slice(written, at + 1), margin)
        written = at + 1
        break
      case '{':
      case '[':
        if (json[at + 1] === '}' || json[at + 1] === ']') at++
        else {
          margin += '  '
          parts.push(json.slice(written, at + 1), margin)
          written = at + 1
        }
        break
      case '}':
      case ']':
        margin = margin.slice(0, -2)
        parts.push(json.slice(written, at), margin)
        written = at
    }
  }
  parts.push(json.slice(written))
  return parts.join('')
}
