import type { PlannedServer } from '#dataplane/haproxy/proxy-plan.ts'
import type { HeaderValue } from '#routes/table/entry.ts'
import type { RoutingTable } from '#routes/table/table.ts'

/** Routes put tokens into headers. */
const hidden = (name: string, value: unknown): unknown =>
  name === 'set' || name === 'add'
    ? (value as readonly HeaderValue[]).map((header) => ({ name: header.name, value: '…' }))
    : value

/** What a proxy serves, as JSON: the table without keys, certificates and the values of headers that filters write, and with the endpoints that requests go to. */
export const shownTable = (
  table: RoutingTable,
  serversOf: (backend: string) => readonly PlannedServer[],
  refused: ReadonlyMap<string, string>,
): string =>
  JSON.stringify(
    {
      sites: table.sites,
      backends: Array.from(table.backends.values(), (backend) => ({
        ...backend,
        endpoints: serversOf(backend.key).map(({ address, port, state }) => ({ address, port, state })),
      })),
      certificates: Array.from(table.certificates, ([key, { origin }]) => ({ key, origin })),
      authorities: [...table.authorities.keys()],
      refused: Object.fromEntries(refused),
    },
    hidden,
  )
