import { httpListeners } from '#routes/table/match.ts'
import type { RoutingTable, Site, SitePort } from '#routes/table/table.ts'
import { MAPS, pathsMap } from '../maps/map-names.ts'
import type { ProxyOptions } from '../proxy-options.ts'
import { ACCESS_LOG } from './access-log.ts'
import { httpBinds, isSplit } from './binds.ts'
import { TIMED } from './inside.ts'
import { ownAnswerLines, RESPONSE_COUNTERS, TRACKED } from './rule-counters.ts'
import { sourceLines } from './source-limit.ts'

/** The frontends for requests: one for each port of a site, so that what is told to backends of it are words. */
export function httpFrontends(table: RoutingTable, options: ProxyOptions): readonly string[] {
  return table.sites.flatMap((site) =>
    site.ports
      .filter((port) => httpListeners(port).length > 0)
      .flatMap((port) => [
        '',
        `frontend ${frontendName(port.bind)} from base`,
        ...httpBinds(port, options).map((line) => `  ${line}`),
        // What was told apart by its name before has been counted.
        ...(isSplit(port) ? [] : sourceLines(options)).map((line) => `  ${line}`),
        `  ${SET_CLIENT}`,
        ...(site.accessLog === 'json' ? LOG_LINES : []).map((line) => `  ${line}`),
        ...ruleLines(port, site).map((line) => `  ${line}`),
      ]),
  )
}

/** The Lua program knows by this name which port a request came to. */
const frontendName = (bind: number) => `port-${bind}`

/**
 * Most requests end at `allow`: their path stands in the port's map with a slot. What comes behind that costs them nothing. The
 * Lua program has its turn only where there is more to do: a path that is not written as it is matched (`PLAIN`), a
 * decision, a rule with filters.
 */
function ruleLines(port: SitePort, { trusted = [], requestMetrics }: Site): readonly string[] {
  const isCounted = requestMetrics === 'rule'
  const look = `http-request set-var(txn.to) var(txn.key),map_beg(${pathsMap(port.bind)})`
  const key = (host: string) => `http-request set-var-fmt(txn.key) "${host}%[path]/?"`
  const has = '{ var(txn.to) -m found }'
  const starred = `if !${has} { var(txn.stars) -m found }`
  // Clients name a port that is not the scheme's own.
  const isStandard = port.port === (port.kind === 'tls' ? 443 : 80)
  const isTls = port.kind === 'tls'
  return [
    // Before all: keys of maps are a host and a path without anything between. `base` is that, too: a host with a slash
    // would be both.
    ...vetted(trusted),
    // Also what is no path at all: `*`.
    `http-request lua.clean unless ${PLAIN_TARGET}`,
    ...(isTls || !isStandard ? [SET_HOST] : []),
    ...(isStandard
      ? [`http-request set-var(txn.to) base,concat(/?),map_beg(${pathsMap(port.bind)})`]
      : [key('%[var(txn.host)]'), look]),
    // A connection may be for another listener than the request that comes by it.
    ...(isTls ? [`http-request lua.misdirected if ${OTHER_NAME}`] : []),
    ...forwarded(port, trusted),
    'http-response lua.answer if { var(txn.later) -m found }',
    ...(isCounted ? RESPONSE_COUNTERS : []),
    ...(isCounted ? [`${TRACKED} if { var(txn.to) -m beg http }`] : []),
    'http-request allow if { var(txn.to) -m beg http }',
    ...(isTls || !isStandard ? [] : [SET_HOST]),
    ...(isStandard ? [`${key('%[var(txn.host)]')} unless ${has}`, `${look} unless ${has}`] : []),
    // Less specific hostnames. Those with more labels than this are the program's to find.
    `http-request set-var(txn.stars) str(${port.bind}),map_str(${MAPS.stars}) unless ${has}`,
    ...[
      '+.%[var(txn.host),field(2,.,0)]',
      ...[2, 3, 4].map((label) => `*.%[var(txn.host),field(${label},.,0)]`),
    ].flatMap((host) => [`${key(host)} ${starred}`, `${look} ${starred}`]),
    `http-request lua.find ${starred} { var(txn.host),field(5,.,0) -m len gt 0 }`,
    `${key('')} unless ${has}`,
    `${look} unless ${has}`,
    `http-request return status 404 default-errorfiles unless ${has}`,
    'http-request lua.route if { var(txn.to) -m beg ! = ^ ~ - }',
    'http-request wait-for-body time 30s if { var(txn.limit) -m found }',
    'http-request lua.measure if { var(txn.limit) -m found }',
    ...ownAnswerLines(isCounted),
    'http-request lua.mirror if { var(txn.copies) -m found }',
    ...(isCounted ? [TRACKED] : []),
    TIMED,
    'use_backend %[var(txn.to),field(1,;)]',
  ]
}

const OTHER_NAME = '!{ ssl_fc_sni,lower,strcmp(txn.host) 0 }'
/** There is one: HAProxy refuses requests with others. The first is found without a look at all headers. */
const SET_HOST = 'http-request set-var(txn.host) req.fhdr(host,1),host_only,lower,rtrim(.)'

/**
 * A path that is matched as it is written: of octets that need no escape (HTTP/2 lets all pass), without an escape, a dot at the
 * beginning of a segment, or slashes that stand together.
 */
const PLAIN = '/(?:[!"$&--0->@-[\\]-~][!"$&-.0->@-[\\]-~]*+/?+)*+(?:\\?|$)'
const IS_HTTP_2 = '{ fc_http_major 2 }'
/** Backends get paths alone. A target of HTTP/2 has its scheme and its host before it, which HAProxy leaves out itself. */
const PLAIN_TARGET = [`{ url -m reg '^${PLAIN}' }`, `${IS_HTTP_2} { url -m reg '^https?://[^/@]++${PLAIN}' }`].join(
  ' || ',
)

/** A host as `hostOf()` reads it. */
const PLAIN_HOST = '(?:\\[[0-9A-Fa-f:.]++\\]|[A-Za-z0-9_-]++(?:\\.[A-Za-z0-9_-]++)*+\\.?)(?::[0-9]{0,5})?'

const LOG_LINES = [
  'log stdout format raw local0',
  `log-format '${ACCESS_LOG}'`,
  'http-request set-var(txn.method) method',
  'http-request set-var(txn.path) path',
  // Most requests are on their way before anybody else asks for it.
  SET_HOST,
  'http-after-response set-var(txn.served) srv_name if !{ var(txn.served) -m found }',
]

/** An address takes long to write: it is written once for all requests of a connection. */
const SET_CLIENT = 'tcp-request session set-var-fmt(sess.client) %[src]'
const FORWARDED_FOR = 'http-request add-header X-Forwarded-For %[var(sess.client)]'

/**
 * Headers, a line each, that somebody has to look at: a host that is none, and so might lead to another path, what clients
 * say of themselves, or for others, also in another spelling (some servers know no difference between a dash and an underscore), what is between
 * the parts of a gateway, the wish for a protocol behind which nobody would look at requests, and the name of a header that the next proxy
 * shall drop. All are looked for in one go, and the Lua program has the work where there is one.
 */
const ODD_HEADERS = [
  // There is none, or it has more octets than a name in DNS, or others than one.
  '\\A(?!(?:(?!host:)[^\\n]*+\\n)*+host:)',
  `host:(?!(?=[^\\r]{0,254}\\r) ${PLAIN_HOST}\\r)`,
  'x[-_]f(?:orwarded|airlead)',
  '(?:forwarded|x[-_]real[-_]ip|upgrade):',
  // In HTTP/1.0 there are no chunks.
  'transfer-encoding:',
  'connection:(?! (?i:close|keep-alive|upgrade|keep-alive, upgrade)\\r)',
].join('|')
const VET = `http-request lua.vet if { req.hdrs -m reg '(?m)^(?:${ODD_HEADERS})' }`
/** Of those who are believed what they say is kept. */
const vetted = (trusted: readonly string[]): readonly string[] =>
  trusted.length === 0
    ? [VET]
    : [...trustedLines(trusted), `http-request set-var(txn.trusted) bool(true) if ${TRUSTED}`, VET]

/** What backends are told of clients. What clients say of themselves is passed on for those alone who are trusted. */
function forwarded({ port, kind }: SitePort, trusted: readonly string[]): readonly string[] {
  const own = [
    ['Proto', kind === 'tls' ? 'https' : 'http'],
    ['Host', '%[req.fhdr(host,1)]'],
    ['Port', String(port)],
  ]
  if (trusted.length === 0) {
    return [FORWARDED_FOR, ...own.map(([name, value]) => `http-request add-header X-Forwarded-${name} ${value}`)]
  }
  return [
    FORWARDED_FOR,
    ...own.map(
      ([name, value]) =>
        `http-request add-header X-Forwarded-${name} ${value} unless { req.hdr(x-forwarded-${name?.toLowerCase()}) -m found }`,
    ),
    ...clientLines(),
  ]
}

/** Whether a connection is from somebody who is believed: a line of the configuration has room for some 60 words. */
const TRUSTED = 'trusted'
const WORDS = 40
const trustedLines = (ranges: readonly string[]): readonly string[] =>
  Array.from(
    { length: Math.ceil(ranges.length / WORDS) },
    (_, line) => `acl ${TRUSTED} src ${ranges.slice(line * WORDS, (line + 1) * WORDS).join(' ')}`,
  )

/** Proxies that are believed, one behind another. */
const MOST_HOPS = 5

/**
 * Rules and backends are told the client that those who are believed speak for: the last one in `X-Forwarded-For` who is
 * not believed; one who is named by no address has none. Our own header is the last there by now, with whom the
 * connection is from.
 */
const clientLines = (): readonly string[] =>
  Array.from({ length: MOST_HOPS }, (_, hop) => `(x-forwarded-for,${-2 - hop})`).flatMap((hop) => [
    `http-request set-src str(0.0.0.0) if ${TRUSTED} { req.hdr${hop} -m found } !{ req.hdr_ip${hop} -m found }`,
    `http-request set-src req.hdr_ip${hop} if ${TRUSTED} { req.hdr_ip${hop} -m found }`,
  ])
