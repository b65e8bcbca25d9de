import { familyOf, listenerId, type OwnListener } from '../listeners/own-listener.ts'
import { GATEWAY_GROUP } from '../references/grants.ts'
import type { RouteOptions } from '../route-objects.ts'
import type { WantedCondition } from '../routes.ts'
import type { Origin } from '../table/origin.ts'
import type { Fault } from '../values/fault.ts'
import { fails, holds, unless } from './condition.ts'

/** What stands in `status.listeners` of a Gateway or ListenerSet. */
interface WantedListenerStatus {
  readonly name: string
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[]
  readonly attachedRoutes: number
  readonly conditions: readonly WantedCondition[]
}

/** `site` is the Gateway whose addresses it is at. */
export const listenerStatus = (
  listener: OwnListener,
  attachedRoutes: number,
  site: Origin,
  options: RouteOptions,
): WantedListenerStatus => ({
  name: listener.spec.name,
  supportedKinds: listener.kinds.map((kind) => ({ group: GATEWAY_GROUP, kind })),
  attachedRoutes,
  conditions: [
    unless('Accepted', listener.conflict ?? listener.refused, 'the listener is accepted'),
    listener.conflict
      ? holds('Conflicted', listener.conflict.message, listener.conflict.reason)
      : fails('Conflicted', { reason: 'NoConflicts', message: 'no other listener has its port and hostname' }),
    unless('ResolvedRefs', listener.unresolved, 'all references of the listener lead somewhere'),
    unless('Programmed', notProgrammed(listener, site, options), 'the listener is served'),
    ...(listener.overlaps
      ? [holds('OverlappingTLSConfig', `${listener.overlaps} has a hostname in common with it`, 'OverlappingHostnames')]
      : []),
  ],
})

/** Why nobody answers at it yet, or at all. */
export const notProgrammed = (listener: OwnListener, site: Origin, options: RouteOptions): Fault | undefined => {
  if (listener.conflict !== undefined) return listener.conflict
  if (!listener.isServed) {
    const why = listener.refused ?? listener.unresolved
    return { reason: 'Invalid', message: why?.message ?? `${site.kind} ${site.name} is not accepted` }
  }
  const refusal = options.refusals.get(listenerId(listener.owner, listener.spec.name))
  if (refusal !== undefined) return { reason: 'Invalid', message: `the proxy does not take it: ${refusal}` }
  const family = familyOf(listener.spec)
  if (family === 'tcp' || family === 'udp') return undefined
  if (options.bindOf(site, listener.spec.port) === undefined)
    return { reason: 'Pending', message: `port ${listener.spec.port} is not given to the proxy yet` }
  return options.isServing(site) ? undefined : { reason: 'Pending', message: 'no proxy serves it yet' }
}
