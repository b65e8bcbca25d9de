import type { Entry } from '#routes/table/entry.ts'
import type { EchoBackends } from './echo-backends.ts'
import { ProxyUnderTest } from './proxy-under-test.ts'
import { ended, entry, listener, tableOf } from './small-table.ts'
import { HTTP_BIND, plainBackend, TLS_BIND } from './tables.ts'
import { testCertificate } from './test-certificate.ts'

export const GUARDED = ['open', 'guarded', 'all'] as const

const guarded = (host: string): readonly Entry[] => [
  entry(host, 'open', { id: `${host} open` }, { path: { type: 'Prefix', value: '/public' } }),
  entry(
    host,
    'guarded',
    { id: `${host} guarded`, sources: ['192.0.2.1/32'] },
    { path: { type: 'Prefix', value: '/admin' } },
  ),
  entry(host, 'all', { id: `${host} all` }),
]

/** At a port for HTTP and one for HTTPS: `a.test`, whose `/admin` is for one source that nobody comes from, and more. */
export async function startGuarded(backends: EchoBackends, more: readonly Entry[] = []): Promise<ProxyUnderTest> {
  const entries = [...guarded('a.test'), ...more]
  const ports = [
    { port: 80, bind: HTTP_BIND, kind: 'http' as const, listeners: [listener('', 'HTTP', entries)] },
    { port: 443, bind: TLS_BIND, kind: 'tls' as const, listeners: [listener('', 'HTTPS', entries, ended('c'))] },
  ]
  const all = [...backends.ports.keys()].map((key) => plainBackend(key))
  const table = tableOf(ports, all, { certificates: { c: testCertificate(['a.test']) } })
  return await ProxyUnderTest.start(table, backends.ports)
}
