import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { matchesHostname } from '#routes/table/hostname.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { type ListenerOwner, listenerOwners, ownerKey } from '../../../cluster/listener-owners.ts'
import { nearest } from '../../../cluster/nearest.ts'
import { refOf } from '../../../cluster/reference.ts'
import { or, patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { IngressOfNobody, RouteNotAttached } from '../../../trace/findings/request.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import type { ClaimingIngress, Unattached } from '../../claims.ts'
import { letInCures } from '../listener/let-in.ts'
import { type AskedListener, hostListenerCures, meantListenerCures, routeWord } from '../listener/meant-listener.ts'
import { fitsBeside, isTo, refsTo } from '../listener/parent-refs.ts'
import { lookAt } from '../look-at.ts'
import { shutOutCures } from './gateway.ts'

/** A route that speaks of the name and is not attached. */
export const routeNotAttached = (gateways: GatewayFacts, one: Unattached, asked: AskedListener): Finding => {
  const cures = attachCures(gateways, one, asked)
  return { ...notAttached(one), cures: cures.length > 0 ? cures : [lookAt(one.ref)] }
}

export const notAttached = ({ ref, parent, because, message }: Unattached): RouteNotAttached => ({
  reason: 'route-not-attached',
  route: ref,
  parent,
  because,
  ...(message && { message }),
})

const attachCures = (gateways: GatewayFacts, one: Unattached, asked: AskedListener): readonly Cure[] => {
  const { host } = asked
  const { route, parent, parentIndex, because } = one
  const kind = routeWord(route.kind)
  const at = `/spec/parentRefs/${parentIndex}`
  const ref = route.spec.parentRefs?.[parentIndex] ?? {}
  const owner = listenerOwners(gateways).get(ownerKey(parent))
  switch (because) {
    case 'NoSuchParent':
      return meantOwners(gateways, parent, host)
        .filter((meant) => fitsBeside(ref, refsTo(route, meant.ref)))
        .map(({ ref: meant }, index) => {
          const cure = patch({ code: 'attach-route', gateway: meant }, kind, route, [
            ...(meant.kind === parent.kind ? [] : [{ op: 'add', path: `${at}/kind`, value: meant.kind }]),
            { op: 'add', path: `${at}/name`, value: meant.name },
            { op: 'add', path: `${at}/namespace`, value: meant.namespace },
          ])
          return index === 0 ? cure : or(cure)
        })
    case 'NoSuchGateway':
      return owner === undefined
        ? []
        : meantOwners(gateways, owner.gateway, host).map(({ ref: meant }, index) => {
            const { name, namespace } = meant
            const effect = { code: 'attach-listeners', listenerSet: parent, gateway: meant } as const
            const cure = patch(effect, owner.word, owner.object, { spec: { parentRef: { name, namespace } } })
            return index === 0 ? cure : or(cure)
          })
    case 'NotAllowedByListeners':
      return owner === undefined
        ? []
        : letInCures(
            owner,
            { kind: route.kind, namespace: route.metadata?.namespace ?? '' },
            (listener) => isTo(ref, listener) && matchesHostname((listener.hostname ?? '').toLowerCase(), 'many', host),
          )
    case 'NoMatchingListenerHostname':
      return owner === undefined ? [] : hostListenerCures(owner, one, asked)
    case 'NoMatchingParent':
      if (owner === undefined) return []
      return shutOutCures(gateways, owner) ?? meantListenerCures(owner, one, asked)
    default:
      return []
  }
}

/** Those of the kind that have the name elsewhere, or a name like it; where there is one alone, that. Those first that listen for the host. */
const meantOwners = (gateways: GatewayFacts, { kind, name }: ObjectRef, host: string): readonly ListenerOwner[] => {
  const all = [...listenerOwners(gateways).values()]
  const ofKind = all.filter(({ ref }) => ref.kind === kind)
  // Where there is no ListenerSet at all, it is a Gateway that is meant.
  const named = ownersNamed(ofKind.length > 0 ? ofKind : all, name)
  return [...named].sort((one, other) => hostRank(one, host) - hostRank(other, host)).slice(0, 2)
}

const hostRank = ({ listeners }: ListenerOwner, host: string): number =>
  listeners.some(({ hostname = '' }) => matchesHostname(hostname.toLowerCase(), 'many', host)) ? 0 : 1

const ownersNamed = (all: readonly ListenerOwner[], name: string): readonly ListenerOwner[] => {
  const same = all.filter(({ ref }) => ref.name === name)
  if (same.length > 0) return same
  const near = nearest(
    name,
    all.map(({ ref }) => ref.name),
  )
  const like = all.filter(({ ref }) => near.includes(ref.name))
  return like.length > 0 ? like : all.length === 1 ? all : []
}

/** An Ingress that speaks of the name and is of a class that nobody here serves. */
export const ingressOfNobody = (gateways: GatewayFacts, one: ClaimingIngress): Finding => {
  const own = gateways.objects.ingressClasses.find(({ spec }) => spec?.controller === GATEWAY_CONTROLLER)
  const className = own?.metadata?.name
  const { ingress } = one
  return {
    ...ofNobody(one),
    cures:
      className === undefined
        ? [lookAt(refOf('Ingress', ingress))]
        : [patch({ code: 'give-class', className }, 'ingress', ingress, { spec: { ingressClassName: className } })],
  }
}

export const ofNobody = ({ ingress, ingressClass, controller }: ClaimingIngress): IngressOfNobody => ({
  reason: 'ingress-of-nobody',
  ingress: refOf('Ingress', ingress),
  ...(ingressClass && { ingressClass }),
  ...(controller && { controller }),
})
