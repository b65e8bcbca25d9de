import { listenerId } from '#routes/listeners/own-listener.ts'
import type { News } from '#routes/routes.ts'
import type { Origin } from '#routes/table/origin.ts'
import { entriesOfPort } from '#routes/table/port-entries.ts'
import type { GatewayFacts } from '../../cluster/gateway-facts.ts'
import { listenerOwners, ownerKey } from '../../cluster/listener-owners.ts'
import { refOf } from '../../cluster/reference.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import type { RouteRow } from '../../trace/request/route-row.ts'
import { ingressesOfNobody, leftOut, partlyLeftOut, unattached } from '../claims.ts'
import { listenerFault } from '../reasons/gateway/gateway.ts'
import { originRef } from '../route-ref.ts'
import { ingressSite, servedAt } from '../site.ts'

/** Routes that are nowhere, listeners that are not served, Ingresses of nobody, and what of routes and Ingresses is left out. */
export const leftOutRows = (
  gateways: GatewayFacts,
  addressesOf: (site: Origin) => readonly string[],
): readonly RouteRow[] => [
  ...listenerRows(gateways, addressesOf),
  ...unattached(gateways).map(
    ({ route, ref, parent, because, message }): RouteRow => ({
      ...nowhere(ref, route.spec.hostnames ?? []),
      gateway: parent,
      state: { code: 'not-attached', because, ...(message && { message }) },
    }),
  ),
  ...partlyLeftOut(gateways).map(
    ({ ref, hostnames, parent, because, message }): RouteRow => ({
      ...nowhere(ref, hostnames),
      gateway: parent,
      state: { code: 'left-out', because, message },
    }),
  ),
  ...ingressesOfNobody(gateways).map(
    ({ ingress, ingressClass, controller }): RouteRow => ({
      ...nowhere(
        refOf('Ingress', ingress),
        (ingress.spec?.rules ?? []).flatMap(({ host }) => host ?? []),
      ),
      ...(ingressClass && { gateway: { kind: 'IngressClass', name: ingressClass } }),
      state: {
        code: 'not-attached',
        because: controller === undefined ? 'NoSuchClass' : 'OtherController',
        ...(controller && { message: controller }),
      },
    }),
  ),
  ...gateways.routes.news.flatMap((one): readonly RouteRow[] => {
    const { object, reason, message } = one
    if (reason === 'CertificateUnusable') return [certificateRow(gateways, addressesOf, one)]
    return reason === 'PortTaken'
      ? [{ ...nowhere(originRef(object), []), state: { code: 'left-out', because: reason, message } }]
      : []
  }),
  ...leftOut(gateways).map((one) => ingressRow(gateways, one)),
  ...defaultRows(gateways),
]

const nowhere = (route: ObjectRef, hostnames: readonly string[]) => ({
  addresses: [],
  hostnames,
  filters: [],
  to: { code: 'nothing' } as const,
  route,
  differs: [],
})

/** Listeners that nobody answers at, beside those of the class of another, each with the routes that it has. */
const listenerRows = (
  gateways: GatewayFacts,
  addressesOf: (site: Origin) => readonly string[],
): readonly RouteRow[] => {
  const routes = Map.groupBy(gateways.routes.unserved, ({ owner, listener }) => listenerId(owner, listener))
  return [...listenerOwners(gateways).values()].flatMap(({ ref, gateway, listeners }) =>
    listeners.flatMap((listener): readonly RouteRow[] => {
      const fault = listenerFault(gateways, ref, listener.name)
      if (fault === undefined) return []
      const rowOf = (route: ObjectRef, hostnames: readonly string[]): RouteRow => ({
        ...nowhere(route, hostnames),
        gateway,
        addresses: addressesOf(gateway),
        port: listener.port,
        protocol: listener.protocol as NonNullable<RouteRow['protocol']>,
        listener: listener.name,
        state: { code: 'not-served', ...fault },
      })
      const all = routes.get(listenerId(ref, listener.name)) ?? []
      return [
        rowOf(ref, listener.hostname ? [listener.hostname.toLowerCase()] : []),
        ...all.map(({ route, hostnames }) =>
          rowOf(
            originRef(route),
            hostnames.filter((one) => one !== ''),
          ),
        ),
      ]
    }),
  )
}

/** What an Ingress says of hosts and paths, and has no effect. */
const ingressRow = (gateways: GatewayFacts, { object, reason, message, hosts = [], path }: News): RouteRow => {
  const hostnames = hosts.includes('') ? [] : hosts
  const [hostname] = hostnames
  return {
    ...nowhere(originRef(object), hostnames),
    gateway: originRef(ingressSite(gateways)),
    ...(path && { match: { ...(hostname && { hostname }), path, headers: [], query: [] } }),
    state: { code: 'left-out', because: reason, message },
  }
}

/** Default backends of Ingresses at hosts of which another one has all paths: they stand behind its rule, and get nothing. */
const defaultRows = (gateways: GatewayFacts): readonly RouteRow[] => {
  const nobodys = new Set(ingressesOfNobody(gateways).map(({ ingress }) => ingress))
  const ports = servedAt(gateways, ingressSite(gateways))?.ports ?? []
  const takers = new Map(
    ports.flatMap(entriesOfPort).flatMap(({ hostname, path, rule }) => {
      const isAll = path.type === 'Prefix' && path.value === '/'
      return isAll ? [[hostname, rule.origin] as const] : []
    }),
  )
  return gateways.objects.ingresses.flatMap((ingress) => {
    if (ingress.spec?.defaultBackend === undefined || nobodys.has(ingress)) return []
    const ref = refOf('Ingress', ingress)
    const named = (ingress.spec.rules ?? []).map(({ host = '' }) => host.toLowerCase())
    return [...new Set(named.length > 0 ? named : [''])].flatMap((host): readonly RouteRow[] => {
      const taker = takers.get(host)
      if (taker === undefined || ownerKey(originRef(taker)) === ownerKey(ref)) return []
      const path = { type: 'Prefix', value: '/' } as const
      return [
        {
          ...nowhere(ref, host === '' ? [] : [host]),
          gateway: originRef(ingressSite(gateways)),
          match: { ...(host && { hostname: host }), path, headers: [], query: [] },
          state: { code: 'unused-default', by: originRef(taker) },
        },
      ]
    })
  })
}

/** A certificate of an Ingress that cannot be shown: of HTTPS there is nothing, or what a wider name shows. */
const certificateRow = (
  gateways: GatewayFacts,
  addressesOf: (site: Origin) => readonly string[],
  news: News,
): RouteRow => ({
  ...ingressRow(gateways, news),
  addresses: addressesOf(ingressSite(gateways)),
  port: 443,
  protocol: 'HTTPS',
})
