/** What the `curl` of fairlead/echo is asked to do. Times are seconds. */
export interface CurlOptions {
  readonly urls: readonly string[]
  readonly method: string | undefined
  readonly headers: readonly string[]
  readonly data: string | undefined
  readonly output: string | undefined
  readonly writeOut: string
  readonly maxTime: number | undefined
  readonly connectTimeout: number | undefined
  readonly family: 0 | 4 | 6
  readonly silent: boolean
  readonly showError: boolean
  readonly fail: boolean
  readonly include: boolean
  readonly head: boolean
  readonly verbose: boolean
  readonly location: boolean
  readonly insecure: boolean
  /** The path goes out as it was typed, `/a/../b` too. */
  readonly pathAsIs: boolean
  /** `1.1` and `2` say what is offered over TLS; `2-known`: HTTP/2 from the first octet, without TLS too. */
  readonly version: '1.1' | '2' | '2-known' | undefined
  /** Paths of PEM files. */
  readonly cacert: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  /** `HOST:PORT:ADDRESS`. */
  readonly resolve: readonly string[]
  /** `HOST:PORT:HOST:PORT`, as they were given. */
  readonly connectTo: readonly string[]
  /** `NAME:PASSWORD`. */
  readonly user: string | undefined
}

/** An option that this curl does not have, or whose value is none: curl's exit status 2. */
export class CurlUsageError extends Error {
  readonly code = 'CURL_OPTION_UNKNOWN'
}

const FLAGS: Readonly<Record<string, keyof CurlOptions>> = {
  s: 'silent',
  silent: 'silent',
  S: 'showError',
  'show-error': 'showError',
  f: 'fail',
  fail: 'fail',
  i: 'include',
  include: 'include',
  I: 'head',
  head: 'head',
  v: 'verbose',
  verbose: 'verbose',
  L: 'location',
  location: 'location',
  k: 'insecure',
  insecure: 'insecure',
  'path-as-is': 'pathAsIs',
}
const VERSIONS: Readonly<Record<string, CurlOptions['version']>> = {
  '--http1.1': '1.1',
  '--http2': '2',
  '--http2-prior-knowledge': '2-known',
}
/** Values that are fields of the request. */
const FIELDS: Readonly<Record<string, string>> = {
  A: 'User-Agent',
  'user-agent': 'User-Agent',
  b: 'Cookie',
  cookie: 'Cookie',
  e: 'Referer',
  referer: 'Referer',
}
const VALUES: Readonly<Record<string, keyof CurlOptions>> = {
  X: 'method',
  request: 'method',
  H: 'headers',
  header: 'headers',
  d: 'data',
  data: 'data',
  o: 'output',
  output: 'output',
  w: 'writeOut',
  'write-out': 'writeOut',
  m: 'maxTime',
  'max-time': 'maxTime',
  'connect-timeout': 'connectTimeout',
  'data-raw': 'data',
  'data-binary': 'data',
  cacert: 'cacert',
  E: 'cert',
  cert: 'cert',
  key: 'key',
  resolve: 'resolve',
  'connect-to': 'connectTo',
  u: 'user',
  user: 'user',
  ...Object.fromEntries(Object.keys(FIELDS).map((name) => [name, 'headers' as const])),
}
/** What a value that begins with `@` would be a file for. */
const READ_FILES = ['data', 'headers', 'writeOut']

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

const NAMES = [...Object.keys(FLAGS), ...Object.keys(VALUES)]
/** Letters, and the long ones that have none. */
const KNOWN = [
  ...NAMES.filter((name) => name.length === 1).map((name) => `-${name}`),
  '-4 -6',
  ...['max-time', 'connect-timeout', 'path-as-is', 'data-raw', 'cacert', 'cert', 'key', 'resolve', 'connect-to'].map(
    (name) => `--${name}`,
  ),
  ...Object.keys(VERSIONS),
].join(' ')

/** Reads a command line as curl does, `-sSf -o /dev/null`, `-m2`. Throws CurlUsageError for what it does not know. */
export const parseCurl = (args: readonly string[]): CurlOptions => {
  const options = {
    urls: [] as string[],
    method: undefined as string | undefined,
    headers: [] as string[],
    data: undefined as string | undefined,
    output: undefined as string | undefined,
    writeOut: '',
    maxTime: undefined as number | undefined,
    connectTimeout: undefined as number | undefined,
    family: 0 as 0 | 4 | 6,
    silent: false,
    showError: false,
    fail: false,
    include: false,
    head: false,
    verbose: false,
    location: false,
    insecure: false,
    pathAsIs: false,
    version: undefined as CurlOptions['version'],
    cacert: undefined as string | undefined,
    cert: undefined as string | undefined,
    key: undefined as string | undefined,
    resolve: [] as string[],
    connectTo: [] as string[],
    user: undefined as string | undefined,
  }
  const rest = [...args]
  const unknown = (option: string): CurlUsageError =>
    new CurlUsageError(
      `option ${option}: is unknown to the curl of fairlead/echo; it knows ${KNOWN}; the image fairlead/host has the machine's`,
    )
  const take = (option: string, name: keyof CurlOptions, given: string | undefined): void => {
    const value = given ?? rest.shift()
    if (value === undefined) throw new CurlUsageError(`option ${option}: requires parameter`)
    if (name === 'maxTime' || name === 'connectTimeout') {
      if (!/^\d+(\.\d+)?$/.test(value))
        throw new CurlUsageError(`option ${option}: expected a proper numerical parameter`)
      options[name] = Number(value)
    } else if (value.startsWith('@') && READ_FILES.includes(name) && option !== '--data-raw') {
      throw new CurlUsageError(`option ${option}: the curl of fairlead/echo reads no files: give what ${value} has`)
    } else if (name === 'headers') {
      const field = own(FIELDS, option.replace(/^--?/, ''))
      options.headers.push(field === undefined ? value : `${field}: ${value}`)
    } else if (name === 'data') options.data = options.data === undefined ? value : `${options.data}&${value}`
    else if (name === 'output') options.output = value === '-' ? undefined : value
    else if (name === 'resolve' || name === 'connectTo') options[name].push(value)
    else Object.assign(options, { [name]: value })
  }
  const flag = (option: string, name: keyof CurlOptions | undefined): void => {
    if (name === undefined) throw unknown(option)
    Object.assign(options, { [name]: true })
  }
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word.startsWith('--')) {
      const name = own(VALUES, word.slice(2))
      if (name !== undefined && word.length > 3) take(word, name, undefined)
      else if (own(VERSIONS, word) !== undefined) options.version = own(VERSIONS, word)
      else if (word === '--ipv4' || word === '--ipv6') options.family = word === '--ipv4' ? 4 : 6
      else flag(word, word.length > 3 ? own(FLAGS, word.slice(2)) : undefined)
    } else if (word.startsWith('-') && word.length > 1) {
      for (let i = 1; i < word.length; i++) {
        const letter = word[i]!
        const name = own(VALUES, letter)
        if (letter === '4' || letter === '6') options.family = letter === '4' ? 4 : 6
        else if (name !== undefined) {
          take(`-${letter}`, name, word.slice(i + 1) || undefined)
          break
        } else flag(`-${letter}`, own(FLAGS, letter))
      }
    } else options.urls.push(word)
  }
  return options
}
