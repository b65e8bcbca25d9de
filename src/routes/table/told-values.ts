import { createHash } from 'node:crypto'

/** Lists of names and values: what filters write into headers, and what requests are told apart by. */
const LISTS: ReadonlySet<string> = new Set(['set', 'add', 'headers', 'query'])
/** Half of a digest tells values apart. */
const DIGITS = 32

/**
 * For JSON.stringify(): a table without the values of headers and parameters, which may be tokens. What stands in their
 * place is the same for the same value, so that tables can be compared.
 */
export const withoutValues = (name: string, member: unknown): unknown =>
  LISTS.has(name) && Array.isArray(member) ? member.map(withoutValue) : member

const withoutValue = (one: unknown): unknown =>
  typeof one === 'object' && one !== null && 'value' in one ? { ...one, value: digestOf(String(one.value)) } : one

const digestOf = (value: string): string =>
  `sha256:${createHash('sha256').update(value).digest('hex').slice(0, DIGITS)}`
