import { httpListeners } from '#routes/table/match.ts'
import type { RoutingTable, Site, SitePort } from '#routes/table/table.ts'
import { MAPS } from '../maps/map-names.ts'
import type { ProxyOptions } from '../proxy-options.ts'
import { ACCESS_LOG } from './access-log.ts'
import { httpBinds } from './binds.ts'

/** A site's ports for requests, and what holds for all of them. */
interface Group {
  readonly port: number
  readonly kind: SitePort['kind']
  readonly trusted: readonly string[]
  readonly accessLog: boolean
  readonly ports: SitePort[]
}

/**
 * The frontends for requests: one for each port that clients know, and for each way in which sites want their requests logged
 * and forwarded. So what is told to backends of the port are words, which no request has to wait for.
 */
export function httpFrontends(table: RoutingTable, options: ProxyOptions): readonly string[] {
  const groups = new Map<string, Group>()
  for (const site of table.sites) for (const port of site.ports) addTo(groups, site, port)
  const names = [...groups.keys()].sort()
  return names.flatMap((name, index) => frontend(`requests-${index + 1}`, groups.get(name) as Group, options))
}

function addTo(groups: Map<string, Group>, site: Site, port: SitePort): void {
  if (httpListeners(port).length === 0) return
  const group = { port: port.port, kind: port.kind, trusted: site.trusted ?? [], accessLog: site.accessLog === 'json' }
  const name = JSON.stringify(group)
  const known = groups.get(name)
  if (known === undefined) groups.set(name, { ...group, ports: [port] })
  else known.ports.push(port)
}

/**
 * The path is looked up in `paths.map`, by port and host; the Lua program has its turn only where there is more to do: a path that is
 * not written as it is matched (`PLAIN`), a decision, a rule with filters.
 */
function frontend(name: string, group: Group, options: ProxyOptions): readonly string[] {
  const has = '{ var(txn.to) -m found }'
  const starred = `if { var(txn.stars) -m found } !${has}`
  const key = (host: string) => `http-request set-var-fmt(txn.key) "%[dst_port]/${host}%[path]/?"`
  const look = `http-request set-var(txn.to) var(txn.key),map_beg(${MAPS.paths})`
  const lines = [
    ...group.ports.flatMap((port) => httpBinds(port, options)).sort(),
    ...(group.accessLog ? LOG_LINES : []),
    // Also what is no path at all: `*`, or one with a fragment.
    `http-request lua.clean unless { pathq -m reg '${PLAIN}' }`,
    `http-request deny deny_status 400 if { req.fhdr(host) -m found } !{ req.fhdr(host) -m reg '${HOST}' }`,
    'http-request set-var(txn.host) req.fhdr(host),host_only,lower,rtrim(.)',
    key('%[var(txn.host)]'),
    look,
    // Less specific hostnames. Those with more labels than this are the program's to find.
    `http-request set-var(txn.stars) dst_port,map_str(${MAPS.stars}) unless ${has}`,
    ...[
      '+.%[var(txn.host),field(2,.,0)]',
      ...[2, 3, 4].map((label) => `*.%[var(txn.host),field(${label},.,0)]`),
    ].flatMap((host) => [`${key(host)} ${starred}`, `${look} ${starred}`]),
    `http-request lua.find ${starred} { var(txn.host),field(5,.,0) -m len gt 0 }`,
    `${key('')} unless ${has}`,
    `${look} unless ${has}`,
    // A connection may be for another listener than the request that comes by it.
    ...(group.kind === 'tls' ? ['http-request lua.misdirected unless { ssl_fc_sni,lower,strcmp(txn.host) 0 }'] : []),
    `http-request return status 404 default-errorfiles unless ${has}`,
    ...forwarded(group),
    'http-request lua.route if { var(txn.to) -m beg ! = ^ - }',
    // Copies have the whole body, as far as a buffer has room for it.
    'http-request wait-for-body time 5s if { var(txn.copies) -m found }',
    'http-request lua.mirror if { var(txn.copies) -m found }',
    'http-response lua.answer if { var(txn.later) -m found }',
    'use_backend %[var(txn.to),field(1,;)]',
  ]
  return ['', `frontend ${name} from base`, ...lines.map((line) => `  ${line}`)]
}

/**
 * A target that is matched as it is written: a path of octets that need no escape, without an escape, a dot at the
 * beginning of a segment, or slashes that stand together.
 */
const PLAIN = '^/(?:[^/.%\\\\?#][^/%\\\\?#]*+/?+)*+(?:\\?[^#]*+)?$'

/** As `hostOf()` reads it. */
const HOST = '^(?:\\[[0-9A-Fa-f:.]++\\]|[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]++)*+\\.?)(?::[0-9]{0,5})?$'

const LOG_LINES = [
  'log stdout format raw local0',
  `log-format '${ACCESS_LOG}'`,
  'http-request set-var(txn.method) method',
  'http-request set-var(txn.path) path',
]

/** What backends are told of clients. What clients say of themselves is passed on for those alone who are trusted. */
function forwarded({ port, kind, trusted }: Group): readonly string[] {
  const proto = kind === 'tls' ? 'https' : 'http'
  if (trusted.length === 0) {
    return [
      'http-request del-header Forwarded',
      'http-request set-header X-Forwarded-For %[src]',
      `http-request set-header X-Forwarded-Proto ${proto}`,
      'http-request set-header X-Forwarded-Host %[req.hdr(host)]',
      `http-request set-header X-Forwarded-Port ${port}`,
    ]
  }
  const sources = `{ src ${trusted.join(' ')} }`
  const unless = (name: string) => `if !${sources} or !{ req.hdr(${name}) -m found }`
  return [
    `http-request del-header Forwarded unless ${sources}`,
    `http-request del-header X-Forwarded-For unless ${sources}`,
    'http-request add-header X-Forwarded-For %[src]',
    `http-request set-header X-Forwarded-Proto ${proto} ${unless('x-forwarded-proto')}`,
    `http-request set-header X-Forwarded-Host %[req.hdr(host)] ${unless('x-forwarded-host')}`,
    `http-request set-header X-Forwarded-Port ${port} ${unless('x-forwarded-port')}`,
  ]
}
