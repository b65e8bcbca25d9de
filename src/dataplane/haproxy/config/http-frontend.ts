import { httpListeners } from '#routes/table/match.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import { mapFile, type ProxyOptions } from '../proxy-options.ts'
import { ACCESS_LOG } from './access-log.ts'
import { httpBind } from './binds.ts'

/**
 * The frontend of all requests. It looks the path up in `paths.map`, by port and host; the Lua program has its turn only
 * where there is more to do: a path that is not written as it is matched (`PLAIN`), a decision, a rule with filters.
 */
export function httpFrontend(table: RoutingTable, options: ProxyOptions): readonly string[] {
  const ports = table.sites.flatMap((site) => site.ports).filter((port) => httpListeners(port).length > 0)
  if (ports.length === 0) return []
  const paths = mapFile(options, 'paths.map')
  const has = '{ var(txn.to) -m found }'
  const look = (host: string) => `%[dst_port]/${host}%[path]/?`
  return [
    '',
    'frontend http from base',
    ...ports.map((port) => `  ${httpBind(port, options)}`).sort(),
    ...(options.accessLog ? ['  log global', `  log-format '${ACCESS_LOG}'`] : []),
    ...rules([
      // Also what is no path at all: a target with an authority, `*`, one with a fragment.
      `http-request lua.clean unless { url -m reg '${PLAIN}' }`,
      'http-request set-var(txn.host) req.hdr(host),host_only,lower,rtrim(.)',
      `http-request set-var-fmt(txn.key) "${look('%[var(txn.host)]')}"`,
      `http-request set-var(txn.to) var(txn.key),map_beg(${paths})`,
      // Less specific hostnames. Those with more labels than this are the program's to find.
      `http-request set-var(txn.stars) dst_port,map_str(${mapFile(options, 'stars.map')}) unless ${has}`,
      `http-request set-var-fmt(txn.key) "${look('+.%[var(txn.host),field(2,.,0)]')}" if { var(txn.stars) -m found } !${has}`,
      `http-request set-var(txn.to) var(txn.key),map_beg(${paths}) if { var(txn.stars) -m found } !${has}`,
      ...[2, 3, 4].flatMap((label) => [
        `http-request set-var-fmt(txn.key) "${look(`*.%[var(txn.host),field(${label},.,0)]`)}" if { var(txn.stars) -m found } !${has}`,
        `http-request set-var(txn.to) var(txn.key),map_beg(${paths}) if { var(txn.stars) -m found } !${has}`,
      ]),
      `http-request lua.find if { var(txn.stars) -m found } !${has} { var(txn.host),field(5,.,0) -m len gt 0 }`,
      `http-request set-var-fmt(txn.key) "${look('')}" unless ${has}`,
      `http-request set-var(txn.to) var(txn.key),map_beg(${paths}) unless ${has}`,
      // A connection may be for another listener than the request that comes by it.
      'http-request lua.misdirected if { ssl_fc } !{ ssl_fc_sni,lower,strcmp(txn.host) 0 }',
      `http-request return status 404 default-errorfiles unless ${has}`,
      ...forwarded(options),
      'http-request lua.route if { var(txn.to) -m beg ! = ^ - }',
      'http-response lua.answer if { var(txn.rule) -m found }',
    ]),
    '  use_backend %[var(txn.to),field(1,;)]',
  ]
}

/**
 * A target that is matched as it is written: a path of octets that need no escape, without an escape, a dot at the
 * beginning of a segment, or slashes that stand together.
 */
const PLAIN = '^/(?:[^/.%\\\\?#][^/%\\\\?#]*+/?+)*+(?:\\?[^#]*+)?$'

function forwarded(options: ProxyOptions): readonly string[] {
  const { trusted } = options
  const unless = trusted.length === 0 ? '' : ` unless { src ${trusted.join(' ')} }`
  const absent = (name: string) =>
    trusted.length === 0 ? '' : ` unless { src ${trusted.join(' ')} } { req.hdr(${name}) -m found }`
  return [
    'http-request del-header Forwarded',
    ...(trusted.length === 0 ? [] : [`http-request del-header X-Forwarded-For${unless}`]),
    trusted.length === 0
      ? 'http-request set-header X-Forwarded-For %[src]'
      : 'http-request add-header X-Forwarded-For %[src]',
    `http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]${absent('x-forwarded-proto')}`,
    `http-request set-header X-Forwarded-Host %[req.hdr(host)]${absent('x-forwarded-host')}`,
    `http-request set-header X-Forwarded-Port %[dst_port,map_str(${mapFile(options, 'ports.map')})]${absent('x-forwarded-port')}`,
  ]
}

const rules = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
