import type { Origin } from '#routes/table/origin.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { listenerOwners, ownerKey } from '../../../cluster/listener-owners.ts'
import { refOf } from '../../../cluster/reference.ts'
import { patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { ListenerRef } from '../../../trace/request/request.ts'
import { namedRoutes } from '../../claims.ts'
import { entryFor, servedAt } from '../../site.ts'
import { takesRoute } from '../listener/let-in.ts'
import { routeWord } from '../listener/meant-listener.ts'
import { isTo, ledTo, refsTo } from '../listener/parent-refs.ts'

/** A route that has the host at another port of the gateway alone is attached to the listener that was asked, too; undefined where none is. */
export const attachHereCure = (
  gateways: GatewayFacts,
  site: Origin,
  { owner: { kind, namespace = '', name }, ...listener }: ListenerRef,
  host: string,
): Cure | undefined => {
  const owner = listenerOwners(gateways).get(ownerKey({ kind, namespace, name }))
  const own = owner?.listeners.find((one) => one.name === listener.name)
  if (owner === undefined || own === undefined) return undefined
  const origins = (servedAt(gateways, site)?.ports ?? []).flatMap((port) => entryFor(port, host)?.rule.origin ?? [])
  for (const route of namedRoutes(gateways)) {
    const { name: routeName, namespace: routeNamespace = '' } = route.metadata ?? {}
    const isThere = origins.some(
      (one) => one.kind === route.kind && one.name === routeName && one.namespace === routeNamespace,
    )
    if (!isThere || !takesRoute(owner, own, route.kind, routeNamespace)) continue
    const refs = refsTo(route, owner.ref)
    if (refs.some((ref) => isTo(ref, own))) continue
    const first = {
      ...(kind !== 'Gateway' && { kind }),
      ...(namespace !== routeNamespace && { namespace }),
      name,
      sectionName: own.name,
    }
    const value = ledTo(refs[0] ?? first, own)
    const effect = { code: 'attach-here', route: refOf(route.kind, route), listener: own.name } as const
    return patch(effect, routeWord(route.kind), route, [{ op: 'add', path: '/spec/parentRefs/-', value }])
  }
  return undefined
}
