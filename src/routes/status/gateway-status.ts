import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { ListenerSet } from '#api/gatewayapi/listenerset/message.ts'
import { canonicalAddress, tryParseAddress } from '#net/ip-address.ts'
import type { GatewayView, ListenerSetView } from '../listeners/gateway-view.ts'
import type { OwnListener } from '../listeners/own-listener.ts'
import type { RouteOptions } from '../route-objects.ts'
import type { WantedCondition, WantedStatus } from '../routes.ts'
import type { Origin } from '../table/origin.ts'
import type { Fault } from '../values/fault.ts'
import { fails, holds, unless } from './condition.ts'
import { listenerStatus, notProgrammed, programmed, type Unserved, unservedOf } from './listener-status.ts'

/** How many routes are attached to a listener. */
type AttachedRoutes = (listener: OwnListener) => number

/** Of a Gateway and of its ListenerSets. */
export const gatewayStatuses = (
  view: GatewayView,
  attachedRoutes: AttachedRoutes,
  options: RouteOptions,
): readonly WantedStatus[] => [
  gatewayStatus(view, attachedRoutes, options),
  ...view.sets.map((set) => setStatus(set, view, attachedRoutes, options)),
]

const gatewayStatus = (view: GatewayView, attachedRoutes: AttachedRoutes, options: RouteOptions): WantedStatus => {
  const { gateway, origin, listeners, sets } = view
  const addresses = options.addressesOf(origin)
  const conditions: WantedCondition[] = [
    accepted(view),
    programmed(gatewayNotProgrammed(view, addresses, options), 'the Gateway is served at its addresses'),
    unless(
      'ResolvedRefs',
      view.unresolved ?? listenersNotResolved(listeners),
      'all references of the Gateway lead somewhere',
    ),
  ]
  if (isInsecure(view))
    conditions.push(
      holds(
        'InsecureFrontendValidationMode',
        'clients are let in whose certificate nobody signed, or who show none',
        'ConfigurationChanged',
      ),
    )
  return {
    object: origin,
    uid: gateway.metadata?.uid ?? '',
    generation: gateway.metadata?.generation ?? 0,
    status: {
      // Load balancers of others have names, too.
      addresses: addresses.map((value) => ({ type: tryParseAddress(value) ? 'IPAddress' : 'Hostname', value })),
      conditions,
      listeners: listeners.map((one) => listenerStatus(one, attachedRoutes(one), placeIn(gateway, origin), options)),
      attachedListenerSets: sets.filter((set) => setRefusal(set) === undefined).length,
    },
  }
}

const accepted = (view: GatewayView): WantedCondition => {
  if (view.refused !== undefined) return fails('Accepted', view.refused)
  const wrong = listenersNotValid(view.listeners)
  if (wrong === undefined) return holds('Accepted', 'the Gateway is accepted')
  const isServed = [view, ...view.sets].some(({ listeners }) => listeners.some((listener) => listener.isServed))
  return isServed ? holds('Accepted', wrong.message, wrong.reason) : fails('Accepted', wrong)
}

/** Which listeners are not served, and why. */
const listenersNotValid = (listeners: readonly OwnListener[]): Fault | undefined => {
  const wrong = listeners.filter((listener) => !listener.isServed)
  if (wrong.length === 0) return undefined
  const words = wrong.map((listener) => {
    const why = listener.conflict ?? listener.refused ?? listener.unresolved
    return `listener ${listener.spec.name}: ${why?.message}`
  })
  return { reason: 'ListenersNotValid', message: words.join('; ') }
}

const listenersNotResolved = (listeners: readonly OwnListener[]): Fault | undefined => {
  const names = listeners.filter((one) => one.unresolved !== undefined).map(({ spec }) => spec.name)
  return names.length === 0
    ? undefined
    : { reason: 'ListenersNotResolved', message: `references lead nowhere of the listeners ${names.join(', ')}` }
}

const gatewayNotProgrammed = (
  view: GatewayView,
  addresses: readonly string[],
  options: RouteOptions,
): Unserved | undefined => {
  const { origin, gateway } = view
  if (view.refused !== undefined) return { reason: 'Invalid', message: view.refused.message }
  const all = [
    ...view.listeners.map((listener) => ({ listener, place: placeIn(gateway, origin) })),
    ...view.sets.flatMap(({ set, listeners }) =>
      listeners.map((listener) => ({ listener, place: placeIn(set, origin) })),
    ),
  ]
  if (!all.some(({ listener }) => listener.isServed))
    return { reason: 'Invalid', message: 'it has no listener that can be served' }
  const obstacle = options.obstacleAt?.(origin)
  if (obstacle !== undefined) return obstacle
  const unusable = (gateway.spec.addresses ?? []).find(({ value }) => value && !isAmong(value, addresses))
  if (unusable !== undefined && addresses.length > 0)
    return { reason: 'AddressNotUsable', message: `the address ${unusable.value} cannot be given to it` }
  if (addresses.length === 0) {
    const asked = (gateway.spec.addresses ?? []).flatMap(({ value }) => value ?? []).join(', ')
    return asked
      ? { reason: 'AddressNotUsable', message: `none of the addresses ${asked} is given to it` }
      : { reason: 'AddressNotAssigned', message: 'it has no address yet' }
  }
  return unservedOf(all.map(({ listener, place }) => notProgrammed(listener, place, options)))
}

const placeIn = ({ metadata }: Gateway | ListenerSet, site: Origin) => ({
  site,
  generation: metadata?.generation ?? 0,
})

const isAmong = (value: string, addresses: readonly string[]): boolean =>
  tryParseAddress(value) !== undefined &&
  addresses.some((one) => tryParseAddress(one) !== undefined && canonicalAddress(one) === canonicalAddress(value))

const isInsecure = ({ gateway }: GatewayView): boolean => {
  const frontend = gateway.spec.tls?.frontend
  const modes = [
    frontend?.default?.validation?.mode,
    ...(frontend?.perPort ?? []).map(({ tls }) => tls.validation?.mode),
  ]
  return modes.includes('AllowInsecureFallback')
}

/** Why a ListenerSet is not attached. */
const setRefusal = ({ refused, listeners }: ListenerSetView): Fault | undefined => {
  if (refused !== undefined) return refused
  return listeners.some((listener) => listener.isServed) ? undefined : listenersNotValid(listeners)
}

const setStatus = (
  view: ListenerSetView,
  { origin: site }: GatewayView,
  attachedRoutes: AttachedRoutes,
  options: RouteOptions,
): WantedStatus => {
  const { set, origin, listeners } = view
  const refused = setRefusal(view)
  const wrong = listenersNotValid(listeners)
  const place = placeIn(set, site)
  const unserved = unservedOf(listeners.map((listener) => notProgrammed(listener, place, options)))
  return {
    object: origin,
    uid: set.metadata?.uid ?? '',
    generation: set.metadata?.generation ?? 0,
    status: {
      conditions: [
        refused
          ? fails('Accepted', refused)
          : wrong
            ? holds('Accepted', wrong.message, wrong.reason)
            : holds('Accepted', 'the ListenerSet is attached to its Gateway'),
        programmed(refused ?? unserved, 'the listeners are served at the addresses of the Gateway'),
      ],
      listeners: listeners.map((one) => listenerStatus(one, attachedRoutes(one), place, options)),
    },
  }
}
