import { httpListeners } from '#routes/table/match.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import type { ProxyOptions } from '../proxy-options.ts'
import { PROXY_ANSWERS } from './own-answers.ts'

/** The section for the process, and the defaults of all others. */
export function globalLines(table: RoutingTable, options: ProxyOptions): readonly string[] {
  // The program reads the map of each port, and tells clients the number that they know. (Arguments do not reach a program
  // that is loaded per thread.)
  const ports = table.sites
    .flatMap((site) => site.ports)
    .filter((port) => httpListeners(port).length > 0)
    .map(({ bind, port }) => `${bind}=${port}`)
  return [
    'global',
    '  stats socket unix@haproxy.sock mode 600 level admin expose-fd listeners',
    '  stats timeout 1m',
    `  nbthread ${options.threads}`,
    `  maxconn ${options.maxConnections}`,
    `  hard-stop-after ${options.hardStopAfterMs}ms`,
    // However long their last conversations take: each worker has memory of its own.
    '  mworker-max-reloads 10',
    // HAProxy takes no empty value.
    ...(ports.length > 0 ? [`  setenv GATEWAY_PORTS "${ports.join(' ')}"`] : []),
    // Where the program's parts are.
    `  lua-prepend-path ${options.program.replace(/[^/]*$/, '?.lua')}`,
    `  lua-load-per-thread ${options.program}`,
    // No two requests are alike: to ask whether an expression has been held against one before costs more than to hold it.
    '  tune.pattern.cache-size 0',
    // A connection that goes from one thread to another costs more than one that each thread has.
    '  tune.idle-pool.shared off',
    // Who has much to do in Lua is interrupted soon, and before long it is seen who else has come: a millisecond or two.
    '  tune.lua.forced-yield 1000',
    '  tune.runqueue-depth 25',
    // Room for a request's or an answer's headers, and for those that routes add to them.
    '  tune.bufsize 32768',
    '  tune.maxrewrite 8192',
    '  tune.http.maxhdr 128',
    '  tune.h2.max-concurrent-streams 128',
    '  tune.lua.session-timeout 1s',
    '  tune.lua.service-timeout 1s',
    // All ports would share it, and a session of one that asks nobody for a certificate would open one that does. Tickets are a
    // port's own.
    '  tune.ssl.cachesize 0',
    '  tune.ssl.default-dh-param 2048',
    '  ssl-default-bind-options ssl-min-ver TLSv1.2',
    `  ssl-default-bind-ciphers ${CIPHERS}`,
    `  ssl-default-bind-ciphersuites ${SUITES}`,
    '  ssl-default-server-options ssl-min-ver TLSv1.2',
    `  ssl-default-server-ciphers ${CIPHERS}`,
    `  ssl-default-server-ciphersuites ${SUITES}`,
  ]
}

/** Those of TLS 1.2 that have forward secrecy and authenticate what they encrypt. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')
const SUITES = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256'

/**
 * `client` ends who sends nothing more of a body, `http-request` who takes long for headers. A server may think for as long
 * as no route says otherwise. Idle connections of clients are ended with an answer, so that no reload resets a request.
 */
export function defaultsLines(): readonly string[] {
  return [
    'defaults base',
    '  mode http',
    '  timeout connect 5s',
    '  timeout client 5m',
    '  timeout client-fin 30s',
    '  timeout http-request 10s',
    '  timeout http-keep-alive 60s',
    '  timeout queue 10s',
    '  timeout server 1h',
    '  timeout server-fin 30s',
    '  timeout tunnel 1h',
    '  retries 3',
    '  option redispatch 1',
    '  option idle-close-on-response',
    '  option http-keep-alive',
    '  option dontlognull',
    ...PROXY_ANSWERS.map(
      ([status, text]) => `  http-error status ${status} content-type text/plain string "${text}\\n"`,
    ),
  ]
}
