import { compareKeys } from './key-order.ts'
import { writeKey, writeText } from './write-text.ts'

/**
 * JSON's value as a block of YAML, as Kubernetes writes it: keys in order, lines of some 80 columns; with a line feed. Every
 * reader makes the same value of it again.
 */
export const writeYaml = (value: unknown): string => {
  const lines: string[] = []
  const inline = scalar(value, '', '  ')
  if (inline === undefined) block(value as object, '', '', lines)
  else lines.push(inline)
  return `${lines.join('\n')}\n`
}

/** Behind what stands on its line, or undefined for a map or list that is not empty. */
const scalar = (value: unknown, before: string, indent: string): string | undefined => {
  if (typeof value === 'string') return before + writeText(value, { column: before.length, indent })
  if (typeof value !== 'object' || value === null) return before + JSON.stringify(value)
  if (Array.isArray(value)) return value.length === 0 ? `${before}[]` : undefined
  return Object.keys(value).length === 0 ? `${before}{}` : undefined
}

/** Past this a key stands on a line of its own. */
const LONGEST_KEY = 128

/** The lines of a map or list; `first` begins the first of them, `indent` the others. */
const block = (value: object, first: string, indent: string, lines: string[]): void => {
  let start = first
  const inside = `${indent}  `
  if (Array.isArray(value)) {
    for (const item of value) {
      const inline = scalar(item, `${start}- `, inside)
      if (inline === undefined) block(item as object, `${start}- `, inside, lines)
      else lines.push(inline)
      start = indent
    }
    return
  }
  for (const name of Object.keys(value).sort(compareKeys)) {
    const item = (value as Readonly<Record<string, unknown>>)[name]
    const key = writeKey(name)
    if (Buffer.byteLength(name) > LONGEST_KEY) {
      lines.push(`${start}? ${key}`)
      start = indent
    }
    const head = Buffer.byteLength(name) > LONGEST_KEY ? `${start}:` : `${start}${key}:`
    const inline = scalar(item, `${head} `, inside)
    if (inline === undefined) {
      // A list stands below its key without a deeper indentation.
      const below = Array.isArray(item) ? indent : inside
      lines.push(head)
      block(item as object, below, below, lines)
    } else lines.push(inline)
    start = indent
  }
}
