import { FlagError } from '../flags.ts'

const SWITCHES = ['plaintext', 'insecure', 'v'] as const
const VALUES = ['cacert', 'cert', 'key', 'authority', 'servername', 'd', 'max-time', 'connect-timeout'] as const
const LISTS = ['H', 'rpc-header'] as const

/** What the `grpcurl` of fairlead/echo is asked to do. Times are seconds, 0 is no limit. */
export interface GrpcurlOptions {
  readonly host: string
  readonly port: number
  /** `SERVICE/METHOD`. */
  readonly path: string
  readonly plaintext: boolean
  readonly insecure: boolean
  readonly verbose: boolean
  readonly cacert: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly authority: string | undefined
  readonly servername: string | undefined
  /** JSON. */
  readonly data: string
  readonly headers: readonly (readonly [string, string])[]
  readonly maxTime: number
  readonly connectTimeout: number
}

const isOf = <T extends string>(list: readonly T[], name: string): name is T => list.some((one) => one === name)
const KNOWN = [...SWITCHES, ...VALUES, ...LISTS].map((name) => `-${name}`).join(' ')

const headerOf = (line: string): readonly [string, string] => {
  const [name = '', value = ''] = line.split(/:\s*(.*)/s)
  if (!/^[\w.-]+$/.test(name.trim())) throw new FlagError(`grpcurl: -H ${line}: is no "name: value"`)
  return [name.trim().toLowerCase(), value.trim()]
}

const secondsOf = (option: string, text = '0'): number => {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new FlagError(`grpcurl: -${option} ${text}: is no number of seconds`)
  return Number(text)
}

/** Reads a command line as grpcurl does, with one dash or two: `-plaintext -H 'a: b' HOST:PORT SERVICE/METHOD`. Throws FlagError. */
export const parseGrpcurl = (args: readonly string[]): GrpcurlOptions => {
  const switches = new Set<string>()
  const values: Partial<Record<(typeof VALUES)[number], string>> = {}
  const headers: (readonly [string, string])[] = []
  const words: string[] = []
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      words.push(word)
      continue
    }
    const [name = '', inline] = word.replace(/^--?/, '').split(/=(.*)/s)
    if (isOf(SWITCHES, name) && (inline ?? 'true') !== 'false') switches.add(name)
    if (isOf(SWITCHES, name)) continue
    if (!isOf(VALUES, name) && !isOf(LISTS, name))
      throw new FlagError(`grpcurl: ${word} is unknown to the grpcurl of fairlead/echo; it knows ${KNOWN}`)
    const value = inline ?? rest.shift()
    if (value === undefined) throw new FlagError(`grpcurl: ${word} wants a value`)
    if (isOf(LISTS, name)) headers.push(headerOf(value))
    else values[name] = value
  }
  const [target = '', method = '', ...more] = words
  if (method === '' || more.length > 0) throw new FlagError('grpcurl: say HOST:PORT SERVICE/METHOD, behind the flags')
  const [, bare = '', port = ''] = /^(.+):(\d+)$/.exec(target) ?? []
  if (bare === '' || Number(port) > 65535) throw new FlagError(`grpcurl: ${target} is no HOST:PORT`)
  const [, service, name] = /^\/?([\w.]+)[/.](\w+)$/.exec(method) ?? []
  if (service === undefined)
    throw new FlagError(`grpcurl: ${method} is no SERVICE/METHOD, and this one lists no services`)
  return {
    host: bare.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
    path: `${service}/${name}`,
    plaintext: switches.has('plaintext'),
    insecure: switches.has('insecure'),
    verbose: switches.has('v'),
    cacert: values.cacert,
    cert: values.cert,
    key: values.key,
    authority: values.authority,
    servername: values.servername,
    data: values.d ?? '{}',
    headers,
    maxTime: secondsOf('max-time', values['max-time']),
    connectTimeout: secondsOf('connect-timeout', values['connect-timeout'] ?? '10'),
  }
}
