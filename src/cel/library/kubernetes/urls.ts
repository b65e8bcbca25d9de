import { CelError } from '../../values/cel-error.ts'
import { LiteralMap } from '../../values/literal-map.ts'
import { ListValue, Opaque } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'

interface Parts {
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string
}

class Url extends Opaque {
  readonly typeName = 'kubernetes.URL'
  readonly text: string
  readonly parts: Parts
  constructor(text: string, parts: Parts) {
    super()
    this.text = text
    this.parts = parts
  }

  equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text
  }
}

const FORM = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s
const HOST = /^(?:[^@]*@)?((?:\[[0-9a-fA-F:.]+(?:%25[^\]]*)?\]|[^:[\]<>"\s\\^`{|}]*)(?::\d*)?)$/

/** The parts of an absolute URL or path, as a request names what it asks for; or what is wrong with it. */
const partsOf = (text: string): Parts | string => {
  if (text === '') return 'empty url'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'net/url: invalid control character in URL'
  const [, scheme = '', authority, path = '', query = ''] = FORM.exec(text) ?? []
  if (text.startsWith(':')) return 'missing protocol scheme'
  if (scheme === '' && !text.startsWith('/')) return 'invalid URI for request'
  const broken = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(path)
  if (broken !== null) return `invalid URL escape "${broken[0]}"`
  const host = authority === undefined || scheme === '' ? '' : HOST.exec(authority)?.[1]
  if (host === undefined) return `invalid character in host name`
  const isOwn = scheme === '' && authority !== undefined
  return { scheme: scheme.toLowerCase(), host, path: isOwn ? `//${authority}${path}` : path, query }
}

/** What is wrong with a URL, or an absolute path. */
export const urlProblem = (text: string): string | undefined => {
  const parts = partsOf(text)
  return typeof parts === 'string' ? `parse ${JSON.stringify(text)}: ${parts}` : undefined
}

const urlOf = (text: string): Url => {
  const parts = partsOf(text)
  if (typeof parts !== 'string') return new Url(text, parts)
  throw new CelError(`URL parse error during conversion from string: ${urlProblem(text)}`)
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

const queryOf = ({ parts }: Url): LiteralMap => {
  const found = new Map<string, string[]>()
  for (const pair of parts.query.split('#')[0]!.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const at = pair.indexOf('=')
    const name = unescaped(at < 0 ? pair : pair.slice(0, at))
    const value = at < 0 ? '' : unescaped(pair.slice(at + 1))
    found.set(name, [...(found.get(name) ?? []), value])
  }
  return new LiteralMap([...found].map(([name, values]) => [name, new ListValue(values)] as const))
}

const hostname = ({ parts: { host } }: Url): string => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
const port = ({ parts: { host } }: Url): string => /:(\d*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? ''

/** URLs: `url("https://a.b/c?d=e")`. */
export const urls: readonly Overload[] = [
  global('string_to_url', 'url(string): URL', urlOf),
  global('is_url_string', 'isURL(string): bool', (text: string) => typeof partsOf(text) !== 'string'),
  member('url_get_scheme', 'URL.getScheme(): string', ({ parts }: Url) => parts.scheme),
  member('url_get_host', 'URL.getHost(): string', ({ parts }: Url) => parts.host),
  member('url_get_hostname', 'URL.getHostname(): string', hostname),
  member('url_get_port', 'URL.getPort(): string', port),
  member('url_get_escaped_path', 'URL.getEscapedPath(): string', ({ parts }: Url) => parts.path.split('#')[0]!),
  member('url_get_query', 'URL.getQuery(): map(string, list(string))', queryOf),
]
