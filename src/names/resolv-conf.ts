/** What a resolver works with, resolv.conf(5). */
export interface ResolvConf {
  readonly nameservers: readonly string[]
  /** What is put behind a name; `.` stands for nothing. */
  readonly searches: readonly string[]
  /** `ndots:5`, `rotate`. */
  readonly options: readonly string[]
}

export const EMPTY: ResolvConf = { nameservers: [], searches: [], options: [] }

/** Of several `search` lines the last counts, as to every resolver; words that it does not know are passed over. */
export const parseResolvConf = (text: string): ResolvConf => {
  const nameservers: string[] = []
  let searches: string[] = []
  let options: string[] = []
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/)
    if (word === 'nameserver' && rest[0] !== undefined) nameservers.push(rest[0])
    else if (word === 'search') searches = rest
    else if (word === 'options') options = [...options, ...rest]
  }
  return { nameservers, searches, options }
}

export const formatResolvConf = ({ nameservers, searches, options }: ResolvConf): string =>
  [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n')

/** No resolver counts farther (RES_MAXNDOTS). */
const MOST_DOTS = 15

/** A name with as many dots is asked as it stands before anything is put behind it: 1 unless an option says so. */
export const ndotsOf = ({ options }: ResolvConf): number => {
  const last = options.findLast((option) => /^ndots:\d+$/.test(option))
  return last === undefined ? 1 : Math.min(Number(last.slice('ndots:'.length)), MOST_DOTS)
}
