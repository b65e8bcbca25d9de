import { compareKeys } from './key-order.ts'

/** Texts that need no quotes anywhere, and that no reader takes for a number or a date. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./-]*$/
/** Such as begin with a digit: addresses and uids, which have more dots or hyphens than any number or date. */
const DOTTED = /^[0-9]\w*(?:(?:\.\w+){3,}|(?:-\w+){3,})$/
/** What a reader of YAML 1.1 or 1.2 takes for something else than a text. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i
/** What JSON writes as it is and YAML does not: controls, line separators, a byte order mark, lone surrogates. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g

/** JSON's value as a block of YAML, keys in order, of which every reader makes the same value again; with a line feed. */
export const writeYaml = (value: unknown): string => {
  const lines: string[] = []
  const inline = scalar(value)
  if (inline === undefined) block(value as object, '', '', lines)
  else lines.push(inline)
  return `${lines.join('\n')}\n`
}

/** On one line, or undefined for a map or list that is not empty. */
const scalar = (value: unknown): string | undefined => {
  if (typeof value === 'string') return text(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined
  return Object.keys(value).length === 0 ? '{}' : undefined
}

const text = (value: string): string =>
  (PLAIN.test(value) && !WORDS.test(value)) || DOTTED.test(value)
    ? value
    : JSON.stringify(value).replace(
        UNPRINTABLE,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )

/** The lines of a map or list; `first` begins the first of them, `indent` the others. */
const block = (value: object, first: string, indent: string, lines: string[]): void => {
  let start = first
  if (Array.isArray(value)) {
    for (const item of value) {
      const inline = scalar(item)
      if (inline === undefined) block(item as object, `${start}- `, `${indent}  `, lines)
      else lines.push(`${start}- ${inline}`)
      start = indent
    }
    return
  }
  for (const key of Object.keys(value).sort(compareKeys)) {
    const item = (value as Readonly<Record<string, unknown>>)[key]
    const inline = scalar(item)
    if (inline === undefined) {
      lines.push(`${start}${text(key)}:`)
      // As Kubernetes writes it, a list stands below its key without a deeper indentation.
      const below = Array.isArray(item) ? indent : `${indent}  `
      block(item as object, below, below, lines)
    } else lines.push(`${start}${text(key)}: ${inline}`)
    start = indent
  }
}
