import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { News } from '#routes/routes.ts'
import type { Origin } from '#routes/table/origin.ts'
import type { GatewayFacts } from '../../cluster/gateway-facts.ts'
import { refOf } from '../../cluster/reference.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import type { RouteRow } from '../../trace/request/route-row.ts'
import { ingressesOfNobody, partlyLeftOut, unattached } from '../claims.ts'
import { listenerFault } from '../reasons/gateway.ts'
import { originRef } from '../route-ref.ts'
import { ingressSite } from '../site.ts'

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
    ({ ref, parent, because, message }): RouteRow => ({
      ...nowhere(ref, []),
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
  ...gateways.routes.news.flatMap((one) => newsRow(gateways, one)),
]

const nowhere = (route: ObjectRef, hostnames: readonly string[]) => ({
  addresses: [],
  hostnames,
  filters: [],
  to: { code: 'nothing' } as const,
  route,
  differs: [],
})

/** Listeners that nobody answers at, beside those of the class of another. */
const listenerRows = (
  gateways: GatewayFacts,
  addressesOf: (site: Origin) => readonly string[],
): readonly RouteRow[] => {
  const { gateways: own, listenerSets } = gateways.objects
  const rowsOf = (owner: ObjectRef, gateway: ObjectRef, listeners: readonly Listener[] = []): readonly RouteRow[] =>
    listeners.flatMap((listener): readonly RouteRow[] => {
      const fault = listenerFault(gateways, owner, listener.name)
      if (fault === undefined) return []
      return [
        {
          ...nowhere(owner, listener.hostname ? [listener.hostname.toLowerCase()] : []),
          gateway,
          addresses: addressesOf(gateway),
          port: listener.port,
          protocol: listener.protocol as NonNullable<RouteRow['protocol']>,
          listener: listener.name,
          state: { code: 'not-served', ...fault },
        },
      ]
    })
  return [
    ...own.flatMap((one) => rowsOf(refOf('Gateway', one), refOf('Gateway', one), one.spec.listeners)),
    ...listenerSets.flatMap((one) => {
      const { name, namespace = one.metadata?.namespace ?? '' } = one.spec.parentRef
      return rowsOf(refOf('ListenerSet', one), { kind: 'Gateway', namespace, name }, one.spec.listeners)
    }),
  ]
}

/** What Events tell of rules that are not there, or have nothing to do. */
const LEFT_OUT: ReadonlySet<string> = new Set(['Conflict', 'HostOwned', 'InvalidPath', 'CanaryUnused', 'PortTaken'])

const newsRow = (gateways: GatewayFacts, { object, reason, message }: News): readonly RouteRow[] =>
  LEFT_OUT.has(reason)
    ? [
        {
          ...nowhere(originRef(object), []),
          ...(object.kind === 'Ingress' && { gateway: originRef(ingressSite(gateways)) }),
          state: { code: 'left-out', because: reason, message },
        },
      ]
    : []
