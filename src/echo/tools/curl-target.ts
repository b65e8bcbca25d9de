import { type CurlOptions, CurlUsageError } from './curl-options.ts'

/** Where a URL's request goes: what it asks for, and whom it is connected to. */
export interface CurlTarget {
  /** The name or address of the URL, without brackets: what certificates are held against. */
  readonly name: string
  /** Who is connected to. */
  readonly host: string
  readonly port: number
}

const HOST = '(\\[[^\\]]*\\]|[^:]*)'
const RESOLVE = new RegExp(`^[+-]?${HOST}:(\\d+):(.*)$`)
const CONNECT_TO = new RegExp(`^${HOST}:(\\d*):${HOST}:(\\d*)$`)
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

const partsOf = (option: string, form: RegExp, value: string): readonly string[] => {
  const [, ...parts] = form.exec(value) ?? []
  if (parts.length === 0) throw new CurlUsageError(`option ${option}: ${value}: is of no form that is known`)
  return parts
}

/** By --connect-to first, and --resolve for what it then leads to, as curl does. Throws CurlUsageError for values of neither form. */
export const targetOf = (url: URL, { connectTo, resolve }: Pick<CurlOptions, 'connectTo' | 'resolve'>): CurlTarget => {
  const name = bare(url.hostname)
  let host = name
  let port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const led = connectTo
    .map((value) => partsOf('--connect-to', CONNECT_TO, value))
    .find(([from = '', at]) => (from === '' || bare(from).toLowerCase() === host) && (!at || Number(at) === port))
  if (led) {
    const [, , to = '', at] = led
    host = bare(to) || host
    port = Number(at) || port
  }
  // The last one counts.
  for (const [from = '', at, addresses = ''] of resolve
    .map((value) => partsOf('--resolve', RESOLVE, value))
    .toReversed())
    if ((from === '*' || bare(from).toLowerCase() === host) && Number(at) === port)
      return { name, host: bare(addresses.split(',')[0]!), port }
  return { name, host, port }
}

/** The path and the query of an address as it was typed; `/` where it has none. */
export const typedPath = (text: string): string => {
  const [, path = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*([^#]*)/i.exec(text) ?? []
  return path.startsWith('/') ? path : `/${path}`
}
