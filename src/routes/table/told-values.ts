/** Lists of names and values: what filters write into headers, and what requests are told apart by. */
const LISTS: ReadonlySet<string> = new Set(['set', 'add', 'headers', 'query'])

/** A text that stands for another, which nobody can read from it: the same for the same. */
export type Digest = (text: string) => string

/**
 * For JSON.stringify(): a table without the values of headers and parameters, which may be tokens. Their digests stand in
 * their place, so that tables can be compared.
 */
export const withoutValues =
  (digest: Digest) =>
  (name: string, member: unknown): unknown =>
    LISTS.has(name) && Array.isArray(member) ? member.map((one) => withoutValue(one, digest)) : member

const withoutValue = (one: unknown, digest: Digest): unknown =>
  typeof one === 'object' && one !== null && 'value' in one ? { ...one, value: digest(String(one.value)) } : one
