/** An element as text or as an object has it; words are numbers or `0x…`. */
export interface RawElement {
  readonly family: string
  readonly set: string
  readonly key: readonly (string | number)[]
  readonly data: readonly (string | number)[]
}

const FRONTENDS = ['frontends', 'nodeports', 'frontends-local', 'nodeports-local']
const idOf = (word: number): number => Math.floor(word / 2 ** 13)
const low = (word: number): number => word % 2 ** 12
const side = (word: number): string => (Math.floor(word / 2 ** 12) % 2 ? 'local' : 'cluster')

/**
 * Elements with the numbers that a history has given out replaced by what they stand for: a service port by its first frontend, a kind by its name, an
 * endpoint by its address. Two nodes that hold the same Services are equal so, whatever way they went.
 */
export function normalise(elements: readonly RawElement[], kindNames: ReadonlyMap<number, string>): readonly string[] {
  const ports = new Map<number, string>()
  const text = ({ family, set, key }: RawElement) => `${family} ${set} ${key.join(' ')}`
  const sorted = [...elements].sort((left, right) => (text(left) < text(right) ? -1 : 1))
  for (const element of sorted) {
    const id = idOf(Number(element.data[0]))
    if (FRONTENDS.includes(element.set) && !ports.has(id)) ports.set(id, text(element))
  }
  const port = (word: number) => `<${ports.get(idOf(word)) ?? `no frontend ${word}`}>`
  const endpoints = new Map<string, string>()
  for (const { family, set, key, data } of elements)
    if (set === 'endpoints') endpoints.set(`${family} ${Number(key[0])}`, data.join(' '))
  const endpoint = (family: string, word: number) =>
    `${port(word)} ${endpoints.get(`${family} ${word}`) ?? `no endpoint ${word}`}`
  const one = ({ family, set, key, data }: RawElement): string => {
    const [first, ...rest] = key
    const word = Number(first)
    const value = Number(data[0])
    const to = (middle: unknown, end: unknown) => `${family} ${set} ${middle} : ${end}`
    if (FRONTENDS.includes(set))
      return to(key.join(' '), `${port(value)} ${side(value)} ${kindNames.get(low(value)) ?? `no kind ${low(value)}`}`)
    if (set === 'backends') return to(`${port(word)} ${side(word)} ${rest}`, data.join(' '))
    if (set === 'slots') return to(`${port(word)} ${side(word)} ${rest}`, endpoint(family, value))
    if (set === 'endpoints' || set === 'cluster-endpoints' || set === 'local-endpoints')
      return to(endpoint(family, word), '')
    return to(key.join(' '), data.join(' '))
  }
  // Kinds that are not used any more stay, as they cost nothing; the stamp is a hash that a restart reads.
  return elements
    .filter(({ set }) => set !== 'kinds' && set !== 'stamp')
    .map(one)
    .sort()
}
