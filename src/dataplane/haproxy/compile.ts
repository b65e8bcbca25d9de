import type { RoutingTable } from '#routes/table/table.ts'
import { defaultsLines, globalLines } from './config/global.ts'
import { httpFrontends } from './config/http-frontends.ts'
import { insideLines } from './config/inside.ts'
import { ownFrontend } from './config/own-frontend.ts'
import { counterTable } from './config/rule-counters.ts'
import { slotSections } from './config/slot-sections.ts'
import { sourceTable } from './config/source-limit.ts'
import { tlsFrontends } from './config/tls-frontends.ts'
import { proxyMaps } from './maps/proxy-maps.ts'
import { proxyCertificates } from './proxy-certificates.ts'
import type { ProxyOptions } from './proxy-options.ts'
import type { ProxyPlan } from './proxy-plan.ts'
import type { Slots } from './slots.ts'

/** What an HAProxy is given for a table, with slots that `assignSlots()` gave to the table's backends. */
export function compileProxy(table: RoutingTable, slots: Slots, options: ProxyOptions): ProxyPlan {
  const config = [
    ...globalLines(table, options),
    '',
    ...defaultsLines(),
    ...ownFrontend(options),
    ...insideLines(),
    ...httpFrontends(table, options),
    ...tlsFrontends(table, options),
    ...counterTable(),
    ...sourceTable(),
    ...slotSections(
      slots,
      table.sites.some(({ requestMetrics }) => requestMetrics === 'rule'),
    ),
    '',
  ].join('\n')
  return { config, maps: proxyMaps(table, slots), ...proxyCertificates(table), slots: slots.taken }
}
