import { isPort } from '#net/port-protocol.ts'
import { STANDARD_PORTS } from '#routes/table/location.ts'
import { addressText } from '../cluster/lookup.ts'
import type { Question } from '../trace/question.ts'
import type { AskedRequest, SentHeader } from '../trace/request/request.ts'

/** A question for a URL of HTTP, taken apart. */
export interface RequestText {
  readonly scheme: AskedRequest['scheme']
  /** Of the URL: a name in lower case, or an address in canonical text. */
  readonly host: string
  readonly isAddress: boolean
  readonly port: number
  readonly target: string
  readonly method: string
  readonly headers: readonly SentHeader[]
  /** What the request says whom it asks. */
  readonly authority: string
  readonly serverName?: string
}

const SCHEMES: Readonly<Record<string, AskedRequest['scheme']>> = {
  http: 'http',
  https: 'https',
  ws: 'http',
  wss: 'https',
}

/** The request that a URL stands for; undefined where what is asked is none, or is asked over something else than TCP. */
export function requestText({ to, protocol, method, headers = [], host: named }: Question): RequestText | undefined {
  const url = /^(https?|wss?):\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/i.exec(to)
  if (url === null || (protocol ?? 'TCP') !== 'TCP') return undefined
  const [, word = '', written = '', portText, rest = '/'] = url
  const scheme = SCHEMES[word.toLowerCase()]!
  const port = portText === undefined ? STANDARD_PORTS[scheme] : Number(portText)
  const address = addressText(written.replace(/^\[(.*)\]$/, '$1'))
  const host = address ?? written.toLowerCase().replace(/\.$/, '')
  if (host === '' || !isPort(port)) return undefined
  const sent = headers.map(headerOf)
  const own = sent.findLast(({ name }) => name.toLowerCase() === 'host')?.value
  const asked = named?.toLowerCase() ?? (address === undefined ? host : undefined)
  const shown = named ?? (address?.includes(':') ? `[${address}]` : host)
  return {
    scheme,
    host,
    isAddress: address !== undefined,
    port,
    target: rest.startsWith('?') ? `/${rest}` : rest,
    method: method ?? 'GET',
    headers: sent.filter(({ name }) => name.toLowerCase() !== 'host'),
    authority: own ?? (port === STANDARD_PORTS[scheme] ? shown : `${shown}:${port}`),
    ...(scheme === 'https' && asked !== undefined && { serverName: asked }),
  }
}

/** Which header a question names, in lower case. */
export const headerName = (text: string): string => headerOf(text).name.toLowerCase()

/** `name: value` */
const headerOf = (text: string): SentHeader => {
  const colon = text.indexOf(':')
  return colon < 0
    ? { name: text.trim(), value: '' }
    : { name: text.slice(0, colon).trim(), value: text.slice(colon + 1).trim() }
}
