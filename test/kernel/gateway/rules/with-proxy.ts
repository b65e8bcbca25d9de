import type { Entry } from '#routes/table/entry.ts'
import type { Backend } from '#routes/table/table.ts'
import type { EchoBackends } from '../echo-backends.ts'
import { type Ports, ProxyUnderTest } from '../proxy-under-test.ts'
import { rawRequest } from '../raw-request.ts'
import { listener, tableOf } from '../small-table.ts'
import { HTTP_BIND, plainBackend } from '../tables.ts'

/** A proxy on entries, over plain HTTP; `more`: ports of further backends. */
export async function withProxy(
  backends: EchoBackends,
  entries: readonly Entry[],
  work: (proxy: ProxyUnderTest) => Promise<void>,
  more: Ports = new Map(),
  trusted: readonly string[] = [],
  how: { readonly [backend: string]: Partial<Backend> } = {},
): Promise<void> {
  const ports: Ports = new Map([...backends.ports, ...more])
  const keys = [...ports.keys()]
  const table = tableOf(
    [{ port: 80, bind: HTTP_BIND, kind: 'http', listeners: [listener('', 'HTTP', entries)] }],
    keys.map((key) => plainBackend(key, how[key])),
  )
  const proxy = await ProxyUnderTest.start(
    { ...table, sites: table.sites.map((site) => ({ ...site, trusted })) },
    ports,
  )
  try {
    await work(proxy)
  } finally {
    await proxy.stop()
  }
}
/** The text of a request that ends its connection. */
export const request = (host: string, head: readonly string[] = [], body = '', method = 'GET', target = '/x') =>
  [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...head, '', body].join('\r\n')
/** What is answered to it. */
export const send = (text: string) => rawRequest(HTTP_BIND, text)
