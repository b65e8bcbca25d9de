import type { SitePort } from '#routes/table/table.ts'
import { authorityName, certificateListName, defaultCertificateName } from '../file-names.ts'
import { authorityFile, certificateFile, certificateListFile, type ProxyOptions } from '../proxy-options.ts'

/** Whether connections to a port are told apart by the name they ask for before TLS ends, if it does. */
export const isSplit = (port: SitePort) => port.listeners.some(({ protocol }) => protocol === 'TLS')

/** How the frontend for requests listens for a port. */
export function httpBind(port: SitePort, options: ProxyOptions): string {
  if (port.kind === 'http') return `bind :::${port.bind} v4v6`
  const at = isSplit(port) ? `bind ${insideAddress('https', port)} accept-proxy` : `bind :::${port.bind} v4v6`
  return [at, tlsWords(port, options), 'alpn h2,http/1.1', clientWords(port, options)]
    .filter((word) => word !== '')
    .join(' ')
}

/** Where the frontend of a port passes on what ends here: a name of Linux' own, without a file. */
export const insideAddress = (what: 'https' | 'terminated', port: SitePort) => `abns@fairlead-${what}-${port.bind}`

/**
 * A listener for all names shows its certificate to whoever asks for a name that no other has; without one, a name that
 * nobody has is refused.
 */
export function tlsWords(port: SitePort, options: ProxyOptions): string {
  const list = `crt-list ${certificateListFile(options, certificateListName(port.bind))}`
  return hasDefault(port)
    ? `ssl crt ${certificateFile(options, defaultCertificateName(port.bind))} ${list}`
    : `ssl strict-sni ${list}`
}

/** Whether a port has a listener for all names that ends TLS here. */
export const hasDefault = (port: SitePort) =>
  port.listeners.some(
    ({ hostname, tls }) => hostname === '' && tls?.mode === 'Terminate' && tls.certificates.length > 0,
  )

function clientWords({ clients }: SitePort, options: ProxyOptions): string {
  if (clients === undefined) return ''
  const file = `ca-file ${authorityFile(options, authorityName(clients.authorities))}`
  return clients.mode === 'AllowValidOnly'
    ? `${file} verify required`
    : `${file} verify optional ca-ignore-err all crt-ignore-err all`
}
