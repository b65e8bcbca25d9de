/**
 * A short name of a text that follows from it: 16 hexadecimal digits. Two texts of the same name are not impossible, and a
 * tenant might look for some: who names several texts gives the second one another name (`NamedTexts`), and who keeps what a
 * text means holds the text against it.
 */
export function contentId(text: string): string {
  let one = 0x811c9dc5
  let other = 0x9747b28c
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    one = Math.imul(one ^ unit, 0x01000193)
    other = Math.imul(((other << 13) | (other >>> 19)) ^ unit, 0x5bd1e995)
  }
  one = Math.imul(one ^ (other >>> 15) ^ text.length, 0x85ebca6b)
  other = Math.imul(other ^ (one >>> 13), 0xc2b2ae35)
  return hex(one ^ (one >>> 16)) + hex(other ^ (other >>> 16))
}
const hex = (number: number) => (number >>> 0).toString(16).padStart(8, '0')

/** Texts by their names, as a map of the proxy holds them. */
export class NamedTexts {
  readonly #texts = new Map<string, string>()
  readonly #names = new Map<string, string>()

  /** The text's name; the same one for the same text. */
  name(text: string): string {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    let name = contentId(text)
    while (this.#texts.has(name)) name = contentId(`${name} ${text}`)
    this.#texts.set(name, text)
    this.#names.set(text, name)
    return name
  }

  /** Names and texts, none longer than a map's line may be: the rest of a longer one is at its name, `.` and a number. */
  lines(): ReadonlyMap<string, string> {
    const lines = new Map<string, string>()
    for (const [name, text] of this.#texts) {
      const parts = Math.max(1, Math.ceil(text.length / LONGEST))
      for (let part = 0; part < parts; part++) {
        const more = part + 1 < parts ? '>' : '.'
        lines.set(part === 0 ? name : `${name}.${part}`, more + text.slice(part * LONGEST, (part + 1) * LONGEST))
      }
    }
    return lines
  }
}

/** A command of HAProxy has room for a buffer (`tune.bufsize`), with all that is said beside the text. */
const LONGEST = 8000
