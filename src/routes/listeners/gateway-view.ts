import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { ListenerSet } from '#api/gatewayapi/listenerset/message.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import { type FoundCertificate, findCertificate, type References } from '../references/certificates.ts'
import { GATEWAY_GROUP } from '../references/grants.ts'
import { gatewayParameters, isFault } from '../settings/parameters.ts'
import { DEFAULT_SITE_SETTINGS, type SiteSettings } from '../settings/site-settings.ts'
import type { Origin } from '../table/origin.ts'
import { bySeniority, seniorityOf } from '../table/seniority.ts'
import type { Fault } from '../values/fault.ts'
import { withConflicts, withOverlaps } from './conflicts.ts'
import { allowsNamespace } from './namespaces.ts'
import type { OwnListener } from './own-listener.ts'
import { readListener } from './read-listener.ts'

/** A Gateway of ours with all that listens at its addresses. */
export interface GatewayView {
  readonly gateway: Gateway
  readonly origin: Origin & { readonly namespace: string }
  /** Why nothing of it is served. */
  readonly refused?: Fault
  /** Why its own reference leads nowhere, beside those of listeners. */
  readonly unresolved?: Fault
  /** What it shows to backends that it speaks TLS to. */
  readonly clientCertificate?: FoundCertificate
  readonly settings: SiteSettings
  readonly listeners: readonly OwnListener[]
  readonly sets: readonly ListenerSetView[]
}

/** A ListenerSet of a Gateway of ours. */
export interface ListenerSetView {
  readonly set: ListenerSet
  readonly origin: Origin & { readonly namespace: string }
  /** Why it is not attached; it has no listeners then. */
  readonly refused?: Fault
  readonly listeners: readonly OwnListener[]
}

/**
 * `sets` are those that name this Gateway as their parent; `ofClass` is what holds where it says nothing of its own, or why the
 * class is not accepted.
 */
export const viewGateway = (
  gateway: Gateway,
  sets: readonly ListenerSet[],
  ofClass: SiteSettings | Fault,
  references: References,
): GatewayView => {
  const origin = originOf('Gateway', gateway)
  const parameters = isFault(ofClass) ? ofClass : gatewayParameters(gateway, ofClass, references.objects.configMap)
  const refused = isFault(parameters) ? parameters : addressRefusal(gateway)
  const reference = gateway.spec.tls?.backend?.clientCertificateRef
  const certificate = reference && findCertificate(reference, origin, 'InvalidClientCertificateRef', references)
  const attached = [...sets]
    .map((set) => ({ set, age: seniorityOf(set.metadata), origin: originOf('ListenerSet', set) }))
    .sort((left, right) => bySeniority(left.age, right.age))
    .map((one) => ({ ...one, refused: setRefusal(gateway, refused, one.origin.namespace, references) }))
  const owners = [
    { origin, listeners: gateway.spec.listeners ?? [] },
    ...attached.map(({ set, origin, refused }) => ({ origin, listeners: refused ? [] : (set.spec.listeners ?? []) })),
  ]
  const read = owners.map((owner) =>
    owner.listeners.map((listener) => {
      const one = readListener(listener, owner.origin, origin, gateway.spec.tls?.frontend, references)
      return refused ? { ...one, isServed: false } : one
    }),
  )
  const settled = withConflicts(read)
  const marked = withOverlaps(settled.flat())
  const owned = Map.groupBy(marked, ({ owner }) => owner)
  return {
    gateway,
    origin,
    settings: isFault(ofClass) ? DEFAULT_SITE_SETTINGS : isFault(parameters) ? ofClass : parameters,
    ...(refused && { refused }),
    ...(certificate && ('reason' in certificate ? { unresolved: certificate } : { clientCertificate: certificate })),
    listeners: owned.get(origin) ?? [],
    sets: attached.map(({ set, origin, refused }) => ({
      set,
      origin,
      ...(refused && { refused }),
      listeners: owned.get(origin) ?? [],
    })),
  }
}

const originOf = (kind: string, { metadata }: Gateway | ListenerSet): Origin & { readonly namespace: string } => ({
  kind,
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
})

const addressRefusal = ({ spec }: Gateway): Fault | undefined => {
  for (const { type = 'IPAddress', value } of spec.addresses ?? []) {
    if (type !== 'IPAddress')
      return { reason: 'UnsupportedAddress', message: `an address of the type ${type} cannot be given, only IPAddress` }
    if (value && tryParseAddress(value) === undefined)
      return { reason: 'UnsupportedAddress', message: `${JSON.stringify(value)} is no IP address` }
  }
  return undefined
}

const setRefusal = (
  { spec, metadata }: Gateway,
  refused: Fault | undefined,
  namespace: string,
  { objects }: References,
): Fault | undefined => {
  const allowed = spec.allowedListeners?.namespaces ?? {}
  if (!allowsNamespace(allowed, metadata?.namespace ?? '', namespace, objects))
    return {
      reason: 'NotAllowed',
      message: `Gateway ${metadata?.name} does not allow ListenerSets of the namespace ${namespace}`,
    }
  return refused && { reason: 'ParentNotAccepted', message: `Gateway ${metadata?.name} is not accepted` }
}

/** ListenerSets by `namespace/name` of the Gateway that is their parent. */
export const setsByGateway = (sets: readonly ListenerSet[]): ReadonlyMap<string, readonly ListenerSet[]> =>
  Map.groupBy(
    sets.filter(({ spec: { parentRef } }) => {
      const { group = GATEWAY_GROUP, kind = 'Gateway' } = parentRef
      return group === GATEWAY_GROUP && kind === 'Gateway'
    }),
    ({ metadata, spec: { parentRef } }) => `${parentRef.namespace ?? metadata?.namespace}/${parentRef.name}`,
  )
