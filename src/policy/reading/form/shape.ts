/** What is wrong with a value that stands at `path`; undefined: it has the form. */
type Shape = (value: unknown, path: string) => string | undefined

export const text: Shape = (value, path) => (typeof value === 'string' ? undefined : `${path} is no text`)
export const number: Shape = (value, path) => (typeof value === 'number' ? undefined : `${path} is no number`)

export const oneOf =
  (...words: readonly string[]): Shape =>
  (value, path) =>
    words.some((word) => word === value) ? undefined : `${path} is none of ${words.join(', ')}`

export const listOf =
  (item: Shape): Shape =>
  (value, path) =>
    Array.isArray(value)
      ? first(value.keys(), (index) => item(value[index], `${path}[${index}]`))
      : `${path} is no list`

/** Each under a name of its own. */
export const mapOf =
  (item: Shape): Shape =>
  (value, path) =>
    isObject(value)
      ? first(Object.entries(value), ([name, one]) => item(one, `${path}.${name}`))
      : `${path} is no object`

/** Fields that may each be left out; one that is not known may say anything. */
export const fields =
  (known: Readonly<Record<string, Shape>>): Shape =>
  (value, path) =>
    isObject(value)
      ? first(Object.entries(value), ([name, one]) => {
          if (one === undefined) return undefined
          const shape = Object.hasOwn(known, name) ? known[name] : undefined
          return shape === undefined ? `${path}.${name} is not known` : shape(one, `${path}.${name}`)
        })
      : `${path} is no object`

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const first = <T>(all: Iterable<T>, problem: (one: T) => string | undefined): string | undefined => {
  for (const one of all) {
    const found = problem(one)
    if (found !== undefined) return found
  }
  return undefined
}
