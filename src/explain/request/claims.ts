import type { HTTPRoute } from '#api/gatewayapi/httproute/message.ts'
import { CLASS_ANNOTATION } from '#api/networking/ingress/class-annotation.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import { newestDefault } from '#objects/newest-default.ts'
import { keyOf } from '#objects/object-key.ts'
import { allRoutes } from '#routes/attach/any-route.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { GATEWAY_GROUP } from '#routes/references/grants.ts'
import type { News, WantedCondition } from '#routes/routes.ts'
import { compareHostnames, matchesHostname, type Star } from '#routes/table/hostname.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import { type ListenerOwner, listenerOwners, ownerKey } from '../cluster/listener-owners.ts'
import { refOf } from '../cluster/reference.ts'
import type { ObjectRef } from '../trace/reference.ts'

/** A route of any kind, by what they have in common; those of TCP and UDP have no hostnames. */
type NamedRoute = Pick<HTTPRoute, 'metadata'> & {
  readonly kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute'
  readonly spec: {
    readonly parentRefs?: NonNullable<HTTPRoute['spec']['parentRefs']>
    readonly hostnames?: readonly string[]
  }
}

/** One parent of a route at which it is not attached. */
export interface Unattached {
  readonly route: NamedRoute
  readonly ref: ObjectRef
  /** Its place in the route. */
  readonly parentIndex: number
  readonly parent: ObjectRef
  /** The Gateway at whose addresses that listens; undefined where the parent is a ListenerSet that is not there. */
  readonly gateway: ObjectRef | undefined
  readonly because: string
  readonly message?: string
}

export const namedRoutes = ({ objects }: GatewayFacts): readonly NamedRoute[] => [
  ...objects.httpRoutes.map((one) => ({ ...one, kind: 'HTTPRoute' as const })),
  ...objects.grpcRoutes.map((one) => ({ ...one, kind: 'GRPCRoute' as const })),
  ...objects.tlsRoutes.map((one) => ({ ...one, kind: 'TLSRoute' as const })),
  ...objects.tcpRoutes.map((one) => ({ ...one, kind: 'TCPRoute' as const })),
  ...objects.udpRoutes.map((one) => ({ ...one, kind: 'UDPRoute' as const })),
]

interface ParentStatus {
  readonly parents?: readonly {
    readonly parentRef: {
      readonly group?: string
      readonly kind?: string
      readonly namespace?: string
      readonly name: string
      readonly sectionName?: string
      readonly port?: number
    }
    readonly conditions: readonly WantedCondition[]
  }[]
}

/** Whether one of the names is for the host, and means it more closely than another name that is. */
export const isCloser = (names: readonly string[], host: string, than: string, star: Star): boolean =>
  names.some((name) => matchesHostname(name, star, host) && compareHostnames(name, than) < 0)

/** Where routes that speak of a host, or of all, are not attached to what they name; the reason is the condition’s. */
export const unattachedFor = (gateways: GatewayFacts, host: string): readonly Unattached[] =>
  unattached(gateways).filter(({ route: { kind, spec } }) => {
    if (kind === 'TCPRoute' || kind === 'UDPRoute') return false
    const { hostnames = [] } = spec
    return hostnames.length === 0 || hostnames.some((one) => matchesHostname(one.toLowerCase(), 'many', host))
  })

/** Where routes are not attached to what they name. */
export const unattached = (gateways: GatewayFacts): readonly Unattached[] => {
  const statusOf = statusesOf(gateways)
  const owners = listenerOwners(gateways)
  return namedRoutes(gateways).flatMap((route) => {
    const { parentRefs = [] } = route.spec
    const { namespace = '' } = route.metadata ?? {}
    const status = statusOf(route)
    return parentRefs.flatMap((ref, parentIndex): readonly Unattached[] => {
      const { group = GATEWAY_GROUP, kind = 'Gateway' } = ref
      const parent = { kind, namespace: ref.namespace ?? namespace, name: ref.name }
      const told = status?.parents?.find(
        ({ parentRef }) =>
          (parentRef.group ?? GATEWAY_GROUP) === group &&
          (parentRef.kind ?? 'Gateway') === kind &&
          parentRef.name === ref.name &&
          (parentRef.namespace ?? namespace) === parent.namespace &&
          parentRef.sectionName === ref.sectionName &&
          parentRef.port === ref.port,
      )
      const gateway = owners.get(ownerKey(parent))?.gateway ?? (kind === 'Gateway' ? parent : undefined)
      const about = { route, ref: refOf(route.kind, route), parentIndex, parent, gateway }
      if (told === undefined) {
        const nobody = group === GATEWAY_GROUP ? nobodyAt(gateways, owners, parent) : undefined
        return nobody === undefined ? [] : [{ ...about, ...nobody }]
      }
      const accepted = told.conditions.find(({ type }) => type === 'Accepted')
      return accepted?.status === 'False' ? [{ ...about, because: accepted.reason, message: accepted.message }] : []
    })
  })
}

type OfKind = Pick<NamedRoute, 'kind' | 'metadata'>

const statusesOf = ({ routes }: GatewayFacts): ((route: OfKind) => ParentStatus | undefined) => {
  const statuses = new Map(
    routes.statuses.map(({ object, status }) => [`${object.kind} ${object.namespace}/${object.name}`, status]),
  )
  return (route) => statuses.get(`${route.kind} ${keyOf(route)}`) as ParentStatus | undefined
}

/** Routes of which some rules cannot be done, at each parent where others can. */
export const partlyLeftOut = (
  gateways: GatewayFacts,
): readonly (Pick<Unattached, 'ref' | 'parent' | 'because'> & {
  readonly hostnames: readonly string[]
  readonly message: string
})[] => {
  const statusOf = statusesOf(gateways)
  return allRoutes(gateways.objects).flatMap((route) => {
    const { kind, origin, hostnames, partly } = route
    if (partly === undefined) return []
    const { reason: because, message } = partly
    return (statusOf(route)?.parents ?? []).flatMap(({ parentRef, conditions }) => {
      if (!conditions.some(({ type, status }) => type === 'PartiallyInvalid' && status === 'True')) return []
      const parent = { kind: 'Gateway', namespace: origin.namespace, ...parentRef }
      return [{ ref: refOf(kind, route), hostnames, parent, because, message }]
    })
  })
}

/** Why nobody here has heard of a route: of its parent, or of the Gateway of that; undefined where that is no matter of ours. */
const nobodyAt = (
  gateways: GatewayFacts,
  owners: ReadonlyMap<string, ListenerOwner>,
  parent: ObjectRef,
): Pick<Unattached, 'because' | 'message'> | undefined => {
  if (parent.kind !== 'Gateway' && parent.kind !== 'ListenerSet') return undefined
  const owner = owners.get(ownerKey(parent))
  if (owner === undefined) return { because: 'NoSuchParent' }
  const { gateway } = owner
  return owners.has(ownerKey(gateway))
    ? foreignClass(gateways, gateway)
    : { because: 'NoSuchGateway', message: `${gateway.namespace}/${gateway.name}` }
}

/** Why nobody here serves a Gateway, and the class that is not there or the controller of it; undefined where it is of a class of ours. */
const foreignClass = (
  { objects }: GatewayFacts,
  { namespace, name }: ObjectRef,
): Pick<Unattached, 'because' | 'message'> | undefined => {
  const className = objects.gateways.find((one) => keyOf(one) === `${namespace}/${name}`)?.spec.gatewayClassName
  const controller = objects.gatewayClasses.find(({ metadata }) => metadata?.name === className)?.spec?.controllerName
  if (controller === GATEWAY_CONTROLLER) return undefined
  return controller === undefined
    ? { because: 'NoSuchClass', ...(className && { message: className }) }
    : { because: 'OtherController', message: controller }
}

/** An Ingress that nobody here serves, as its class is no other’s or nobody’s. */
export interface ClaimingIngress {
  readonly ingress: Ingress
  readonly ingressClass?: string
  readonly controller?: string
}

/** Ingresses of no class of ours; with a host those that have a rule for it. */
export const ingressesOfNobody = ({ objects }: GatewayFacts, host?: string): readonly ClaimingIngress[] => {
  const { ingressClasses, ingresses } = objects
  const standard = newestDefault(ingressClasses, [DEFAULT_CLASS_ANNOTATION])
  return ingresses.flatMap((ingress): readonly ClaimingIngress[] => {
    const isMeant =
      host === undefined ||
      (ingress.spec?.rules ?? []).some(
        (rule) => rule.host !== undefined && matchesHostname(rule.host.toLowerCase(), 'one', host),
      )
    if (!isMeant) return []
    const named = ingress.spec?.ingressClassName ?? ingress.metadata?.annotations?.[CLASS_ANNOTATION]
    const meant = named ? ingressClasses.find(({ metadata }) => metadata?.name === named) : standard
    const controller = meant?.spec?.controller
    if (controller === GATEWAY_CONTROLLER) return []
    return [{ ingress, ...(named && { ingressClass: named }), ...(controller && { controller }) }]
  })
}

/** What Events tell of rules of Ingresses that are not there, or have nothing to do. */
const LEFT_OUT: ReadonlySet<string> = new Set(['Conflict', 'HostOwned', 'InvalidPath', 'CanaryUnused'])

/** What Ingresses of ours say without effect; with a host what of it names that. */
export const leftOut = ({ routes }: GatewayFacts, host?: string): readonly News[] =>
  routes.news.filter(
    ({ object, reason, hosts = [] }) =>
      object.kind === 'Ingress' &&
      LEFT_OUT.has(reason) &&
      (host === undefined || hosts.some((one) => one !== '' && matchesHostname(one, 'one', host))),
  )
