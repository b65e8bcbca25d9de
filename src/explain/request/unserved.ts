import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { siteKey } from '#routes/site-service.ts'
import type { Entry } from '#routes/table/entry.ts'
import { matchesPath } from '#routes/table/match.ts'
import type { RequestText } from '../ask/request-text.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import { ownerKey } from '../cluster/listener-owners.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { PassedOver } from '../trace/request/step.ts'
import { ingressesOfNobody, isCloser, leftOut, unattached, unattachedFor } from './claims.ts'
import type { RequestParts } from './misses.ts'
import type { Place } from './place.ts'
import { ingressOfNobody, notAttached, ofNobody, routeNotAttached } from './reasons/gateway/attach.ts'
import {
  gatewayNotProgrammed,
  gatewayOfNobody,
  gatewayPortUnknown,
  listenerNotServed,
} from './reasons/gateway/gateway.ts'
import { ingressLeftOut, leftOutNote } from './reasons/gateway/left-out.ts'
import { certificateUnusable } from './reasons/tls/certificate.ts'
import { originRef } from './route-ref.ts'
import { entryFor, servedAt, siteOfService } from './site.ts'

interface Unserved {
  readonly facts: ClusterFacts
  readonly gateways: GatewayFacts
  readonly question: Question
  readonly text: RequestText
  readonly place: Place
  readonly host: string
}

/** Whom a request is for; without a place it comes to no gateway. */
interface Claimed extends Pick<Unserved, 'gateways' | 'host'> {
  readonly place?: Pick<Place, 'site' | 'port'>
  readonly text: Pick<RequestText, 'port'>
}

const MOST_CLAIMS = 3

/** Those who want to serve the host, and are not asked: a route that is not attached, an Ingress of no class of ours. */
export const claimsFor = ({ gateways, place, host, text }: Claimed): readonly Finding[] => {
  const isMeant = (gateway: ObjectRef | undefined): boolean =>
    place !== undefined && gateway !== undefined && ownerKey(gateway) === ownerKey(place.site)
  const unattached = unattachedFor(gateways, host).filter(
    ({ because, gateway, route }) =>
      isMeant(gateway) || (because === 'NoSuchParent' && (route.spec.hostnames ?? []).length > 0),
  )
  return [
    ...unattached.map((one) => routeNotAttached(gateways, one, { host, port: place?.port ?? text.port })),
    ...ingressesOfNobody(gateways, host).map((one) => ingressOfNobody(gateways, one)),
    ...leftOut(gateways, host).map(ingressLeftOut),
  ].slice(0, MOST_CLAIMS)
}

/**
 * Those of them who mean the host more closely than a rule that takes its requests, be it for all hosts, and what of other Ingresses
 * is left out that would take a path of the host.
 */
export const passedOver = (
  gateways: GatewayFacts,
  { host, path }: Pick<RequestParts, 'host' | 'path'>,
  { hostname: taker, rule }: Entry,
): readonly PassedOver[] => {
  const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase())
  const routes = unattachedFor(gateways, host).filter(({ route }) =>
    isCloser(lower(route.spec.hostnames ?? []), host, taker, 'many'),
  )
  const ingresses = ingressesOfNobody(gateways, host).filter(({ ingress }) =>
    isCloser(lower((ingress.spec?.rules ?? []).flatMap((rule) => rule.host ?? [])), host, taker, 'one'),
  )
  const lost = leftOut(gateways, host).filter(
    (one) =>
      ownerKey(originRef(one.object)) !== ownerKey(originRef(rule.origin)) &&
      (one.path === undefined || matchesPath(one.path, path)),
  )
  return [...routes.map(notAttached), ...ingresses.map(ofNobody), ...lost.map(leftOutNote)].slice(0, MOST_CLAIMS)
}

/** Routes of connections that are not attached to the Gateway whose Service has a port, where that leads to nobody. */
export const connectionClaims = (
  gateways: GatewayFacts,
  service: Service,
  port: number,
  protocol: Protocol,
): readonly Finding[] => {
  const site = siteOfService(gateways, service)
  if (site === undefined) return []
  const served = gateways.routes.kernelPorts.find(
    (one) => siteKey(one.site) === siteKey(site) && one.port === port && one.protocol === protocol,
  )
  if (served === undefined || served.to.length > 0) return []
  return unattached(gateways)
    .filter(
      ({ route, gateway }) => route.kind === `${protocol}Route` && gateway && ownerKey(gateway) === ownerKey(site),
    )
    .map((one) => routeNotAttached(gateways, one, { host: '', port }))
    .slice(0, MOST_CLAIMS)
}

/** What a host would be served by, if it were whole: a listener of a Gateway, a certificate of an Ingress. */
export const brokenFor = (
  { gateways, place, text, host }: Pick<Unserved, 'gateways' | 'place' | 'text' | 'host'>,
  served?: string,
): readonly Finding[] => {
  const { site, port } = place
  const found =
    site.kind === 'Gateway'
      ? listenerNotServed(gateways, site, port, host, served)
      : text.scheme === 'https'
        ? certificateUnusable(gateways, host, !servedAt(gateways, site)?.ports.some((one) => one.port === port))
        : undefined
  return found === undefined ? [] : [found]
}

/** Why a gateway serves nothing at a port; undefined where it does. */
export const unservedPort = (unserved: Unserved): readonly Finding[] | undefined => {
  const { gateways, place, host } = unserved
  const { site, port } = place
  const served = servedAt(gateways, site)
  if (served?.ports.some((one) => one.port === port)) return undefined
  const ofNobody = gatewayOfNobody(gateways, site)
  if (ofNobody !== undefined) return [ofNobody]
  const broken = brokenFor(unserved)
  if (broken.length > 0) return broken
  const notAccepted = site.kind === 'Gateway' ? gatewayNotProgrammed(gateways, site) : undefined
  if (served === undefined && notAccepted?.isRefused) return [notAccepted.finding]
  const claims = claimsFor(unserved)
  const ports = served?.ports ?? []
  // Who wants to serve the host says more than a gateway that has it nowhere.
  if (claims.length > 0 && !ports.some((one) => entryFor(one, host))) return claims
  if (ports.length > 0) return [gatewayPortUnknown(gateways, unserved, host, ports)]
  return notAccepted === undefined ? [] : [notAccepted.finding]
}
