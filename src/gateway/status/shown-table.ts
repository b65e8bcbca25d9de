import { valueDigest } from '#client/value-digest.ts'
import type { PlannedServer } from '#dataplane/haproxy/proxy-plan.ts'
import type { PodReport } from '#routes/reports.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import { withoutValues } from '#routes/table/told-values.ts'

/**
 * What a proxy serves, as JSON: the table without keys, certificates and the values of headers and parameters, and with the endpoints that requests
 * go to.
 */
export const shownTable = (
  table: RoutingTable,
  serversOf: (backend: string) => readonly PlannedServer[],
  { refused, waiting }: Pick<PodReport, 'refused' | 'waiting'>,
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
      waiting: Object.fromEntries(waiting),
    },
    withoutValues(valueDigest),
  )
