import type { RoutingTable, Site } from '#routes/table/table.ts'

/**
 * A table of which these parts are to be left out, with hosts of Ingresses as they are served without the HTTPS that is
 * among them: nobody is sent there. `siteWithout`: that of all Ingresses, where a proxy refuses what has these ids.
 */
export const withPlainHosts = (
  table: RoutingTable,
  ids: ReadonlySet<string>,
  siteWithout: (refusals: ReadonlyMap<string, string>) => Site | undefined,
): RoutingTable => {
  const refusals = new Map([...ids].flatMap((id) => (id.startsWith('IngressClass ') ? [[id, 'left out']] : [])))
  const site = refusals.size > 0 ? siteWithout(refusals) : undefined
  return site === undefined
    ? table
    : { ...table, sites: table.sites.map((one) => (one.origin.kind === 'IngressClass' ? site : one)) }
}
