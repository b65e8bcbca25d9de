import type { SitePort } from '#routes/table/table.ts'
import { authorityName, certificateListName } from '../file-names.ts'
import type { ProxyOptions } from '../proxy-options.ts'

/** Whether connections to a port are told apart by the name they ask for before TLS ends, if it does. */
export const isSplit = (port: SitePort) => port.listeners.some(({ protocol }) => protocol === 'TLS')

/** How the frontend for requests listens for a port. */
export function httpBinds(port: SitePort, options: ProxyOptions): readonly string[] {
  if (port.kind === 'http') return outerBinds(port, options)
  const binds = isSplit(port) ? [`bind ${insideAddress('https', port)} accept-proxy`] : outerBinds(port, options)
  const words = [tlsWords(port), 'alpn h2,http/1.1', clientWords(port)].filter((word) => word !== '')
  return binds.map((bind) => [bind, ...words].join(' '))
}

/** How a frontend listens for clients. */
export const outerBinds = ({ bind }: SitePort, { families }: ProxyOptions): readonly string[] =>
  families.map((family) => (family === 'IPv4' ? `bind 0.0.0.0:${bind}` : `bind :::${bind} v6only`))

/** Where the frontend of a port passes on what ends here: a name of Linux' own, without a file. */
export const insideAddress = (what: 'https' | 'terminated', port: SitePort) => `abns@fairlead-${what}-${port.bind}`

/**
 * A listener for all names shows its certificate, the first of the list, to whoever asks for a name that no other has;
 * without one, a name that nobody has is refused.
 */
export function tlsWords(port: SitePort): string {
  const list = `crt-list ${certificateListName(port.bind)}`
  return hasDefault(port) ? `ssl ${list}` : `ssl strict-sni ${list}`
}

/** Whether a port has a listener for all names that ends TLS here, and shows its certificate to whoever asks. */
export const hasDefault = ({ listeners, isStrict }: SitePort) =>
  !isStrict &&
  listeners.some(({ hostname, tls }) => hostname === '' && tls?.mode === 'Terminate' && tls.certificates.length > 0)

function clientWords({ clients }: SitePort): string {
  if (clients === undefined) return ''
  const file = `ca-file ${authorityName(clients.authorities)}`
  return clients.mode === 'AllowValidOnly'
    ? `${file} verify required`
    : `${file} verify optional ca-ignore-err all crt-ignore-err all`
}
