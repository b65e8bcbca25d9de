/** What of resolv.conf(5) says how a name is looked for. */
export interface ResolverConfig {
  readonly servers: readonly string[]
  readonly searches: readonly string[]
  readonly ndots: number
  /** Seconds for one answer. */
  readonly timeout: number
  readonly attempts: number
}

export const readResolverConfig = (text: string): ResolverConfig => {
  const servers: string[] = []
  let searches: readonly string[] = []
  const numbers = { ndots: 1, timeout: 5, attempts: 2 }
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/)
    if (word === 'nameserver' && rest[0] !== undefined) servers.push(rest[0])
    // Of several such lines the last counts.
    else if (word === 'search') searches = rest
    else if (word === 'domain') searches = rest.slice(0, 1)
    else if (word === 'options')
      for (const option of rest) {
        const [, name, value] = /^(ndots|timeout|attempts):(\d+)$/.exec(option) ?? []
        if (name !== undefined) numbers[name as keyof typeof numbers] = Number(value)
      }
  }
  return { servers: servers.length > 0 ? servers : ['127.0.0.1'], searches, ...numbers }
}

/** The names that a name may stand for, in the order in which the C library asks for them. */
export const namesToTry = (name: string, { searches, ndots }: ResolverConfig): readonly string[] => {
  if (name.endsWith('.')) return [name.length > 1 ? name.slice(0, -1) : name]
  const longer = searches.map((domain) => (domain === '.' ? name : `${name}.${domain.replace(/\.$/, '')}`))
  const names = name.split('.').length - 1 >= ndots ? [name, ...longer] : [...longer, name]
  return [...new Set(names)]
}
