import { Transform, type TransformCallback } from 'node:stream'
import { type PageLinks, rewriteLink } from './page-links.ts'

/** The attributes that hold a URL, by element (HTML 4 and 5; apimachinery rewrites the same). */
const ATTRIBUTES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    a: ['href'],
    applet: ['codebase'],
    area: ['href'],
    audio: ['src'],
    base: ['href'],
    blockquote: ['cite'],
    body: ['background'],
    button: ['formaction'],
    command: ['icon'],
    del: ['cite'],
    embed: ['src'],
    form: ['action'],
    frame: ['longdesc', 'src'],
    head: ['profile'],
    html: ['manifest'],
    iframe: ['longdesc', 'src'],
    img: ['longdesc', 'src', 'usemap'],
    input: ['formaction', 'src', 'usemap'],
    ins: ['cite'],
    link: ['href'],
    object: ['classid', 'codebase', 'data', 'usemap'],
    q: ['cite'],
    script: ['src'],
    source: ['src'],
    video: ['poster', 'src'],
  }),
)
/** Elements whose contents are text, whatever they look like. */
const TEXT_ONLY = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes'])
const COMMENT = '<!--'
/** A tag that is longer is passed on as it is: it holds a picture, not a link. */
const LONGEST_TAG = 64 * 1024
const ATTRIBUTE = /([^\s"'<>/=]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]*))?/g

/**
 * Rewrites the links of an HTML page as it streams by, whatever its size. Bytes are read one by one as letters: all that
 * matters here is ASCII, in every encoding that holds ASCII.
 */
export class HtmlLinks extends Transform {
  readonly #links: PageLinks
  #rest = ''
  /** What ends the text that no tags are looked for in: `-->`, `</script`. */
  #until = ''

  constructor(links: PageLinks) {
    super()
    this.#links = links
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#pass(this.#rest + chunk.toString('latin1'), false)
    callback()
  }

  override _flush(callback: TransformCallback): void {
    this.#pass(this.#rest, true)
    callback()
  }

  #pass(text: string, last: boolean): void {
    let out = ''
    let at = 0
    while (at < text.length) {
      if (this.#until !== '') {
        const end = text.toLowerCase().indexOf(this.#until, at)
        // What may be the beginning of the end waits for the rest.
        const upTo = end >= 0 ? end : last ? text.length : Math.max(at, text.length - this.#until.length + 1)
        out += text.slice(at, upTo)
        at = upTo
        if (end < 0) break
        this.#until = ''
        if (text[at] !== '-') {
          out += '</'
          at += 2
        }
        continue
      }
      const open = text.indexOf('<', at)
      out += text.slice(at, open < 0 ? text.length : open)
      at = open < 0 ? text.length : open
      if (open < 0) break
      if (text.startsWith(COMMENT, at)) {
        out += COMMENT
        at += COMMENT.length
        this.#until = '-->'
      } else if (!last && COMMENT.startsWith(text.slice(at))) break
      else if (!/[a-z]/i.test(text[at + 1] ?? '')) {
        out += '<'
        at++
      } else {
        const end = tagEnd(text, at)
        if (end < 0 && !last && text.length - at < LONGEST_TAG) break
        const tag = end < 0 ? '<' : text.slice(at, end)
        out += end < 0 ? tag : this.#rewritten(tag)
        at += tag.length
      }
    }
    this.#rest = text.slice(at)
    if (out !== '') this.push(Buffer.from(out, 'latin1'))
  }

  #rewritten(tag: string): string {
    const name = /^<([^\s/>]+)/.exec(tag)![1]!
    const element = name.toLowerCase()
    if (TEXT_ONLY.has(element)) this.#until = `</${element}`
    const attributes = ATTRIBUTES.get(element)
    if (!attributes) return tag
    const start = name.length + 1
    return (
      tag.slice(0, start) +
      tag.slice(start).replace(ATTRIBUTE, (whole, attribute: string, equals?: string, value?: string) => {
        if (!value || !attributes.includes(attribute.toLowerCase())) return whole
        const quote = value[0] === '"' || value[0] === "'" ? value[0] : ''
        const link = quote ? value.slice(1, -1) : value
        return `${attribute}${equals}${quote}${rewriteLink(link, this.#links)}${quote}`
      })
    )
  }
}

/** Behind the `>` of the tag that starts at `at`; -1 where it does not end here. A `>` in a quoted value is none. */
const tagEnd = (text: string, at: number): number => {
  let quote = ''
  let value = false
  for (let index = at + 1; index < text.length; index++) {
    const letter = text[index]!
    if (quote !== '') {
      if (letter === quote) quote = ''
    } else if (letter === '>') return index + 1
    else if (value && (letter === '"' || letter === "'")) {
      quote = letter
      value = false
    } else if (letter === '=') value = true
    else if (!/\s/.test(letter)) value = false
  }
  return -1
}
