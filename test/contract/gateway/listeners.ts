import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { GatewayHit } from './clauses.ts'
import type { GatewayObjects } from './model.ts'
import { isNamed } from './paths.ts'
import { isGranted, isSelected, labelsOf } from './references.ts'

const CONTROLLER = 'fairlead.dev/gateway-controller'

/** A listener, and the Gateway or ListenerSet that it stands in. */
export interface OwnedListener {
  readonly kind: 'Gateway' | 'ListenerSet'
  readonly namespace: string
  readonly owner: string
  readonly listener: Listener
}

export const byAge = <T extends { readonly metadata?: Gateway['metadata'] }>(one: T, other: T): number => {
  const age = ({ metadata }: T) => Date.parse(String(metadata?.creationTimestamp))
  const name = ({ metadata }: T) => `${metadata?.namespace}/${metadata?.name}`
  return age(one) - age(other) || (name(one) < name(other) ? -1 : 1)
}

/** The listeners of a Gateway that requests can come to. */
export function servedListeners(objects: GatewayObjects, gateway: Gateway, hit: GatewayHit): readonly OwnedListener[] {
  const ofClass = objects.gatewayClasses.find(({ metadata }) => metadata?.name === gateway.spec.gatewayClassName)
  if (ofClass?.spec.controllerName !== CONTROLLER) {
    hit('class/foreign')
    return []
  }
  const namespace = gateway.metadata?.namespace ?? ''
  const isSame = (one: OwnedListener, other: OwnedListener) =>
    one.listener.port === other.listener.port && (one.listener.hostname ?? '') === (other.listener.hostname ?? '')
  const own = (gateway.spec.listeners ?? []).map(
    (listener): OwnedListener => ({ kind: 'Gateway', namespace, owner: gateway.metadata?.name ?? '', listener }),
  )
  const distinct = own.filter((one) => {
    const isAlone = own.every((other) => other === one || !isSame(one, other))
    if (!isAlone) hit('listener/conflict')
    return isAlone
  })
  const added = objects.listenerSets
    .filter(({ metadata, spec: { parentRef } }) => {
      const of = parentRef.namespace ?? metadata?.namespace
      if (of !== namespace || parentRef.name !== gateway.metadata?.name) return false
      return maySetListeners(objects, gateway, metadata?.namespace ?? '', hit)
    })
    .sort(byAge)
    .flatMap(({ metadata, spec }) =>
      (spec.listeners ?? []).map(
        (listener): OwnedListener => ({
          kind: 'ListenerSet',
          namespace: metadata?.namespace ?? '',
          owner: metadata?.name ?? '',
          listener,
        }),
      ),
    )
  const all = [...distinct]
  for (const one of added) {
    if (all.some((other) => isSame(one, other))) hit('listener/order')
    else all.push(one)
  }
  return all.filter((one) => hasCertificate(objects, one, hit))
}

function maySetListeners(objects: GatewayObjects, { metadata, spec }: Gateway, from: string, hit: GatewayHit): boolean {
  const allowed = spec.allowedListeners?.namespaces
  const which = allowed?.from ?? 'None'
  if (which === 'None') {
    hit('set/not-allowed')
    return false
  }
  hit('set/allowed')
  if (which === 'All') return true
  if (which === 'Same') return from === metadata?.namespace
  return isSelected(allowed?.selector ?? {}, labelsOf(objects, from))
}

function hasCertificate(
  objects: GatewayObjects,
  { kind, namespace, listener }: OwnedListener,
  hit: GatewayHit,
): boolean {
  if (listener.protocol !== 'HTTPS') return true
  const references = listener.tls?.certificateRefs ?? []
  const isThere = references.every((reference) => {
    const of = reference.namespace ?? namespace
    if (of !== namespace) {
      hit('listener/certificate-grant')
      if (!isGranted(objects, { kind, namespace }, { kind: 'Secret', namespace: of, name: reference.name }))
        return false
    }
    return objects.secrets.some(({ metadata }) => metadata?.namespace === of && metadata.name === reference.name)
  })
  if (!isThere) hit('listener/no-certificate')
  return isThere && references.length > 0
}

/** Exact names before wildcards, those of more labels before those of fewer, and those without a name last. */
export function mostSpecific<T>(
  all: readonly T[],
  hostnameOf: (one: T) => string,
  name: string,
  hit: GatewayHit = () => {},
): T | undefined {
  const rank = (one: T) => {
    const hostname = hostnameOf(one)
    if (hostname === '') return 0
    return hostname.startsWith('*.') ? hostname.split('.').length : Number.POSITIVE_INFINITY
  }
  const fitting = all.filter((one) => isNamed(hostnameOf(one), name)).sort((one, other) => rank(other) - rank(one))
  const [best] = fitting
  if (best === undefined || fitting.length === 1) return best
  if (hostnameOf(best) === name) hit('listener/exact')
  else if (hostnameOf(best).startsWith('*.')) hit('listener/wildcard')
  return best
}
