import type { HeaderChange } from '../table/entry.ts'
import type { Headers } from '../table/request-values.ts'

/** Headers as a filter leaves them. */
export function changedHeaders(headers: Headers, { set, add, remove }: HeaderChange): Headers {
  const replaced = set.reduce((all, { name, value }) => withHeader(all, name, value), headers)
  const added = [...replaced, ...add.map(({ name, value }) => [name, value] as const)]
  return remove.reduce(withoutHeader, added)
}

/** With one header of a name, in the place of all. */
const withHeader = (headers: Headers, name: string, value: string): Headers => [
  ...withoutHeader(headers, name),
  [name, value],
]

const withoutHeader = (headers: Headers, name: string): Headers =>
  headers.filter(([one]) => one.toLowerCase() !== name.toLowerCase())
