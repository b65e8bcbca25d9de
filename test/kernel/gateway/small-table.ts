import type { Entry, Rule } from '#routes/table/entry.ts'
import type { Backend, Certificate, Listener, RoutingTable, SitePort } from '#routes/table/table.ts'

const ORIGIN = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }

/** An entry for all paths of a hostname, to a backend. */
export function entry(hostname: string, backend: string, rule: Partial<Rule> = {}, more: Partial<Entry> = {}): Entry {
  return {
    hostname,
    path: { type: 'Prefix', value: '/' },
    headers: [],
    query: [],
    rule: {
      id: `HTTPRoute shop/cart ${hostname}`,
      origin: ORIGIN,
      index: 0,
      filters: [],
      action: { type: 'forward', to: [{ weight: 1, to: { backend }, filters: [] }] },
      ...rule,
    },
    ...more,
  }
}

export function listener(
  hostname: string,
  protocol: Listener['protocol'],
  entries: readonly Entry[],
  tls?: Listener['tls'],
): Listener {
  return {
    origin: ORIGIN,
    name: `${protocol} ${hostname}`,
    hostname,
    star: 'many',
    protocol,
    entries,
    ...(tls && { tls }),
  }
}

export const ended = (...certificates: readonly string[]) => ({ mode: 'Terminate' as const, certificates })

/** A table of one site. */
export function tableOf(
  ports: readonly SitePort[],
  backends: readonly Backend[],
  more: {
    readonly certificates?: { readonly [key: string]: Certificate }
    readonly authorities?: { readonly [key: string]: string }
  } = {},
): RoutingTable {
  return {
    sites: [{ origin: { kind: 'Gateway', namespace: 'shop', name: 'gateway' }, ports }],
    backends: new Map(backends.map((backend) => [backend.key, backend])),
    certificates: new Map(Object.entries(more.certificates ?? {})),
    authorities: new Map(Object.entries(more.authorities ?? {})),
  }
}
