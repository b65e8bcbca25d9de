import type { RoutingTable, SitePort } from '#routes/table/table.ts'
import type { ProxyOptions } from '../proxy-options.ts'
import { insideAddress, isSplit, outerBinds, tlsWords } from './binds.ts'
import { sourceLines } from './source-limit.ts'

/**
 * Of each port that has listeners for TLS: a frontend that reads which name is asked for and passes the octets on, to a slot, to
 * the frontend for requests, or to one that ends TLS and passes on what was in it. Clients' addresses go along by PROXY.
 */
export function tlsFrontends(table: RoutingTable, options: ProxyOptions): readonly string[] {
  const ports = table.sites.flatMap((site) => site.ports).filter(isSplit)
  return ports.flatMap((port) => [...chooser(port, options), ...inside('https', port), ...terminator(port)])
}

function chooser(port: SitePort, options: ProxyOptions): readonly string[] {
  return [
    '',
    `frontend tls-${port.bind} from base`,
    '  mode tcp',
    ...[...outerBinds(port, options), ...sourceLines(options)].map((line) => `  ${line}`),
    '  tcp-request inspect-delay 5s',
    '  tcp-request content lua.name if { req.ssl_hello_type 1 }',
    '  tcp-request content accept if { var(txn.to) -m found }',
    '  tcp-request content reject if WAIT_END or { req.len gt 0 } !{ req.ssl_hello_type 1 }',
    '  use_backend %[var(txn.to),field(1,;)]',
  ]
}

function inside(what: 'https' | 'terminated', port: SitePort): readonly string[] {
  const isUsed = port.listeners.some(({ protocol, tls }) =>
    what === 'https' ? protocol === 'HTTPS' : protocol === 'TLS' && tls?.mode === 'Terminate',
  )
  if (!isUsed) return []
  return [
    '',
    `backend ${what}-${port.bind} from base`,
    '  mode tcp',
    `  server inside ${insideAddress(what, port)} send-proxy-v2`,
  ]
}

function terminator(port: SitePort): readonly string[] {
  const backend = inside('terminated', port)
  if (backend.length === 0) return []
  return [
    ...backend,
    '',
    `frontend ended-${port.bind} from base`,
    '  mode tcp',
    `  bind ${insideAddress('terminated', port)} accept-proxy ${tlsWords(port)}`,
    '  tcp-request content lua.ended',
    '  use_backend %[var(txn.to),field(1,;)]',
  ]
}
