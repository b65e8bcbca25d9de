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

/** Where a listener is. */
interface Place {
  /** The Gateway whose addresses it is at. */
  readonly site: Origin
  /** Of the object that it stands in. */
  readonly generation: number
}

export const listenerStatus = (
  listener: OwnListener,
  attachedRoutes: number,
  place: Place,
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
    programmed(notProgrammed(listener, place, options), 'the listener is served'),
    ...(listener.overlaps
      ? [holds('OverlappingTLSConfig', `${listener.overlaps} has a hostname in common with it`, 'OverlappingHostnames')]
      : []),
  ],
})

/** Why something is not served. */
export interface Unserved extends Fault {
  /** It is so as an older generation of it says. */
  readonly isOlder?: true
  /** Whether it is so nobody knows, and nobody waits for it. */
  readonly isUntold?: true
}

/** `message` says what holds where it is served. */
export const programmed = (unserved: Unserved | undefined, message: string): WantedCondition => ({
  ...unless('Programmed', unserved, message),
  ...(unserved?.isUntold && { status: 'Unknown' }),
  ...(unserved?.isOlder && { isOlder: true }),
})

/**
 * Why several things are not served together. What passes by itself comes first: also where others are served, all are
 * waited for. What does not pass, and what nobody knows, is no matter of the others; where there are no others, it is
 * unknown before it is wrong.
 */
export const unservedOf = (all: readonly (Unserved | undefined)[]): Unserved | undefined => {
  const faults = all.filter((one) => one !== undefined)
  const waiting =
    faults.find(({ isOlder }) => isOlder) ?? faults.find(({ reason, isUntold }) => reason === 'Pending' && !isUntold)
  if (faults.length < all.length) return waiting && { ...waiting, isOlder: true }
  const [wrong] = faults
  return waiting ?? faults.find(({ isUntold }) => isUntold) ?? (wrong && { ...wrong, reason: 'Invalid' })
}

/** Why nobody answers at it yet, or at all. */
export const notProgrammed = (
  listener: OwnListener,
  { site, generation }: Place,
  options: RouteOptions,
): Unserved | undefined => {
  if (listener.conflict !== undefined) return listener.conflict
  if (!listener.isServed) {
    const why = listener.refused ?? listener.unresolved
    return { reason: 'Invalid', message: why?.message ?? `${site.kind} ${site.name} is not accepted` }
  }
  const refusal = options.refusals.get(listenerId(listener.owner, listener.spec.name))
  if (refusal !== undefined) return { reason: 'Invalid', message: `the proxy does not take it: ${refusal}` }
  const family = familyOf(listener.spec)
  const { port } = listener.spec
  const protocol = family === 'udp' ? 'UDP' : 'TCP'
  if (family === 'tcp' || family === 'udp')
    return options.isLed({ site, port, protocol, by: 'kernel' })
      ? undefined
      : { ...pending(`its addresses do not have port ${port} yet`), isOlder: true }
  if (options.bindOf(site, port) === undefined) return pending(`port ${port} is not given to the proxy yet`)
  const served = options.servedAt(listener.owner, port)
  if (served === undefined) return pending('no proxy serves it yet')
  if (served !== 'untold' && served < generation)
    return { ...pending(`proxies serve it as generation ${served} says yet`), isOlder: true }
  if (!options.isLed({ site, port, protocol, by: 'proxy' }))
    return { ...pending(`port ${port} of its addresses leads to no proxy yet`), isOlder: true }
  return served === 'untold'
    ? { ...pending('proxies have no room to tell whether they serve it'), isUntold: true }
    : undefined
}

const pending = (message: string): Fault => ({ reason: 'Pending', message })
