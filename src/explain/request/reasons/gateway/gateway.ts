import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import { keyOf } from '#objects/object-key.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { permitsOf } from '#routes/references/grants.ts'
import type { WantedCondition } from '#routes/routes.ts'
import { compareHostnames, matchesHostname } from '#routes/table/hostname.ts'
import type { Origin } from '#routes/table/origin.ts'
import type { SitePort } from '#routes/table/table.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { type ListenerOwner, ownersAt } from '../../../cluster/listener-owners.ts'
import { askRequest, or, patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import { urlOf } from '../../ask-url.ts'
import type { AskedAt } from '../../place.ts'
import { originRef } from '../../route-ref.ts'
import { entryFor } from '../../site.ts'
import { letSetInCures } from '../listener/let-in.ts'
import { lookAtGateway, lookAtOwner, lookAtRoutes } from '../look-at.ts'
import { grantCure } from '../rule/backend.ts'
import { certificateCures } from '../tls/certificate.ts'
import { tlsCures } from '../tls/without-tls.ts'

const gatewayOf = ({ objects }: GatewayFacts, { namespace, name }: Pick<Origin, 'namespace' | 'name'>) =>
  objects.gateways.find((one) => keyOf(one) === `${namespace}/${name}`)

/** The Gateway is of a class that nobody here serves; undefined where it is of ours. */
export const gatewayOfNobody = (gateways: GatewayFacts, site: Origin): Finding | undefined => {
  const gateway = gatewayOf(gateways, site)
  if (gateway === undefined) return undefined
  const { gatewayClassName } = gateway.spec
  const { gatewayClasses } = gateways.objects
  const named = gatewayClasses.find(({ metadata }) => metadata?.name === gatewayClassName)
  const controller = named?.spec.controllerName
  if (controller === GATEWAY_CONTROLLER) return undefined
  const own = gatewayClasses.find(({ spec }) => spec.controllerName === GATEWAY_CONTROLLER)?.metadata?.name
  return {
    reason: 'gateway-of-nobody',
    gateway: originRef(site),
    gatewayClass: gatewayClassName,
    ...(controller && { controller }),
    cures:
      own === undefined
        ? [lookAtGateway(site)]
        : [patch({ code: 'give-class', className: own }, 'gateway', gateway, { spec: { gatewayClassName: own } })],
  }
}

interface GatewayStatus {
  readonly conditions?: readonly WantedCondition[]
  readonly listeners?: readonly { readonly name: string; readonly conditions: readonly WantedCondition[] }[]
}

const statusOf = ({ routes }: GatewayFacts, { kind, namespace, name }: ObjectRef): GatewayStatus | undefined =>
  routes.statuses.find(({ object }) => object.kind === kind && object.namespace === namespace && object.name === name)
    ?.status as GatewayStatus | undefined

/** Why nobody answers at a listener of a Gateway or of a ListenerSet of ours; undefined where somebody does. */
export const listenerFault = (
  gateways: GatewayFacts,
  owner: ObjectRef,
  name: string,
): { readonly because: string; readonly message: string } | undefined => {
  const status = statusOf(gateways, owner)
  // Of a ListenerSet that its Gateway does not let in, nothing is said of its listeners.
  const told = status?.listeners?.find((one) => one.name === name) ?? status
  const bad = badOf(told?.conditions)
  const [first] = bad
  if (first === undefined || !bad.some(({ type }) => type === 'Programmed')) return undefined
  return { because: first.reason, message: first.message }
}

/** Why a ListenerSet hangs on nothing: its Gateway does not let it in, or is not accepted itself. */
const shutOutBy = (gateways: GatewayFacts, set: ObjectRef): ShutOut | undefined =>
  badOf(statusOf(gateways, set)?.conditions).flatMap(({ reason }) => (isShutOut(reason) ? reason : []))[0]

type ShutOut = 'NotAllowed' | 'ParentNotAccepted'
const isShutOut = (reason: string): reason is ShutOut => reason === 'NotAllowed' || reason === 'ParentNotAccepted'

/** What helps a ListenerSet that hangs on nothing; undefined for one that hangs on its Gateway. */
export const shutOutCures = (
  gateways: GatewayFacts,
  { ref, gateway }: ListenerOwner,
): readonly [Cure, ...Cure[]] | undefined => {
  const why = shutOutBy(gateways, ref)
  if (why === undefined) return undefined
  const own = gatewayOf(gateways, gateway)
  const [cure, ...more] = own && why === 'NotAllowed' ? letSetInCures(own, ref.namespace ?? '') : []
  return cure === undefined ? [lookAtGateway(gateway)] : [cure, ...more]
}

const badOf = (conditions: readonly WantedCondition[] = []): readonly WantedCondition[] =>
  CONDITIONS.flatMap((type) => conditions.find((one) => one.type === type && one.status === 'False') ?? [])

const CONDITIONS = ['Accepted', 'ResolvedRefs', 'Programmed'] as const

/**
 * A listener at a port of the Gateway, its own or one of a ListenerSet, for a host, that is not served; undefined where there is
 * none. `served`: the hostname of one that takes its requests meanwhile, than which it is more specific.
 */
export const listenerNotServed = (
  gateways: GatewayFacts,
  site: Origin,
  port: number,
  host: string,
  served?: string,
): Finding | undefined => {
  for (const owner of ownersAt(gateways, site))
    for (const listener of owner.listeners) {
      const { name } = listener
      const hostname = (listener.hostname ?? '').toLowerCase()
      if (listener.port !== port || !matchesHostname(hostname, 'many', host)) continue
      if (served !== undefined && compareHostnames(hostname, served) >= 0) continue
      const fault = listenerFault(gateways, owner.ref, name)
      if (fault === undefined) continue
      return {
        reason: 'listener-not-served',
        gateway: originRef(site),
        ...(owner.word === 'listenerset' && { listenerSet: owner.ref }),
        listener: name,
        ...fault,
        cures: listenerCures(gateways, owner, listener, fault),
      }
    }
  return undefined
}

const listenerCures = (
  gateways: GatewayFacts,
  owner: ListenerOwner,
  listener: Listener,
  { because, message }: { readonly because: string; readonly message: string },
): readonly Cure[] => {
  switch (because) {
    case 'RefNotPermitted':
      return certificateGrants(gateways, owner, listener)
    case 'InvalidCertificateRef':
      return certificateCures(
        gateways,
        message,
        (...of) => listenerSecretCure(owner, listener, ...of),
        lookAtOwner(owner),
      )
    default:
      return shutOutCures(gateways, owner) ?? [lookAtOwner(owner)]
  }
}

/** Of a listener that names a Secret that is not there: another one. */
const listenerSecretCure = (
  { ref, word, object, listeners }: ListenerOwner,
  listener: Listener,
  missing: ObjectRef,
  name: string,
): Cure | undefined => {
  const at = (listener.tls?.certificateRefs ?? []).findIndex(
    (one) => one.name === missing.name && (one.namespace ?? ref.namespace) === missing.namespace,
  )
  const path = `/spec/listeners/${listeners.indexOf(listener)}/tls/certificateRefs/${at}/name`
  if (at < 0) return undefined
  return patch({ code: 'mean-secret', secret: { ...missing, name } }, word, object, [
    { op: 'replace', path, value: name },
  ])
}

/** What permits a listener those of its certificates in other namespaces that it may not have. */
const certificateGrants = ({ objects }: GatewayFacts, owner: ListenerOwner, { tls }: Listener): readonly Cure[] => {
  const { ref } = owner
  const own = ref.namespace ?? ''
  const permits = permitsOf(objects.referenceGrants)
  const barred = (tls?.certificateRefs ?? [])
    .map(({ namespace = own, name }) => ({ kind: 'Secret', namespace, name }))
    .filter((secret) => !permits({ kind: ref.kind, namespace: own }, { group: '', ...secret }))
  return barred.length === 0 ? [lookAtOwner(owner)] : barred.map((secret) => grantCure(ref, secret))
}

/** The gateway is ours and has nothing to be asked at. `isRefused`: that is what its conditions say. */
export const gatewayNotProgrammed = (
  gateways: GatewayFacts,
  site: Origin,
): { readonly isRefused: boolean; readonly finding: Finding } => {
  const told = statusOf(gateways, site)?.conditions ?? []
  const bad = ['Accepted', 'Programmed'].flatMap(
    (type) => told.find((one) => one.type === type && one.status === 'False') ?? [],
  )[0]
  return {
    isRefused: bad !== undefined && bad.reason !== 'Pending' && bad.reason !== 'AddressNotAssigned',
    finding: {
      reason: 'gateway-not-programmed',
      gateway: originRef(site),
      because: bad?.reason ?? 'Pending',
      ...(bad && { message: bad.message }),
      cures: [lookAtGateway(site)],
    },
  }
}

/** The gateway is asked at a port that no listener has. */
export const gatewayPortUnknown = (
  gateways: GatewayFacts,
  { question, text, place }: AskedAt,
  host: string,
  ports: readonly SitePort[],
): Finding => {
  const { site, port } = place
  const portOf = ({ port, kind }: SitePort) => ({ port, scheme: kind === 'tls' ? 'https' : 'http' }) as const
  const served = ports.map(portOf)
  // At another port that has nothing for the host there is as little to be had.
  const serving = ports.filter((one) => entryFor(one, host) !== undefined).map(portOf)
  const meant = [...serving].sort(
    (one, other) => Number(other.scheme === text.scheme) - Number(one.scheme === text.scheme),
  )
  const tls = text.scheme === 'https' && serving.every(({ scheme }) => scheme === 'http')
  return {
    reason: 'gateway-port-unknown',
    gateway: originRef(site),
    port: text.port,
    ports: served,
    cures:
      meant.length === 0
        ? [site.kind === 'Gateway' ? lookAtGateway(site) : lookAtRoutes]
        : [
            ...meant.slice(0, 2).map((one, index) => {
              const effect = { code: 'ask-gateway-port', ...one } as const
              const cure = askRequest({ ...question, to: urlOf({ ...text, ...one }) }, effect)
              return index === 0 ? cure : or(cure)
            }),
            ...(tls ? tlsCures(gateways, site, host, port) : []),
          ],
  }
}
