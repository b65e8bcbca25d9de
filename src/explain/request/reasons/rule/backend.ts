import type { Service } from '#api/core/service/message.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { GATEWAY_GROUP, permitsOf } from '#routes/references/grants.ts'
import type { Entry } from '#routes/table/entry.ts'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { find } from '../../../cluster/lookup.ts'
import { nearest } from '../../../cluster/nearest.ts'
import { refOf } from '../../../cluster/reference.ts'
import { apply, or, patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import { ruleRef } from '../../route-ref.ts'
import { lookAt } from '../look-at.ts'

interface ReferringRoute {
  readonly metadata?: ObjectMeta
  readonly spec: { readonly rules?: readonly { readonly backendRefs?: readonly Referred[] }[] }
}
interface Referred {
  readonly group?: string
  readonly kind?: string
  readonly namespace?: string
  readonly name: string
  readonly port?: number
}

/** A backend of a rule leads nowhere. `message`: why, as the table has it. */
export const backendUnresolved = (
  facts: ClusterFacts,
  gateways: GatewayFacts,
  entry: Entry,
  status: number,
  message: string,
): Finding => {
  const rule = ruleRef(entry)
  const cures =
    rule.route.kind === 'Ingress'
      ? ingressCures(facts, gateways, rule.route, serviceMeant(entry, message))
      : routeCures(facts, gateways, rule.route, rule.index)
  const elsewhere = missingServices(facts, gateways, entry, message).flatMap((one) => sameElsewhere(facts, one))
  return {
    reason: 'backend-unresolved',
    rule,
    status,
    message,
    ...(elsewhere.length > 0 && { elsewhere: elsewhere.slice(0, 3) }),
    cures: cures.length > 0 ? cures : [lookAt(rule.route)],
  }
}

/** Services that the rule sends to and that are not there. */
const missingServices = (
  { services }: ClusterFacts,
  { objects }: GatewayFacts,
  entry: Entry,
  message: string,
): readonly ObjectRef[] => {
  const { kind, namespace = '', name } = entry.rule.origin
  const meant = serviceMeant(entry, message)
  const refs: readonly Referred[] =
    kind === 'Ingress'
      ? [{ name: meant ?? '' }]
      : (routeOf(objects, kind, name, namespace)?.spec.rules?.[entry.rule.index]?.backendRefs ?? [])
  return refs
    .filter((ref) => (ref.kind ?? 'Service') === 'Service')
    .map((ref) => ({ kind: 'Service', namespace: ref.namespace ?? namespace, name: ref.name }))
    .filter((ref) => find(services, ref.name, ref.namespace) === undefined)
}

/** Services of the same name in other namespaces. */
const sameElsewhere = ({ services }: ClusterFacts, { name, namespace }: ObjectRef): readonly ObjectRef[] =>
  services
    .filter(({ metadata }) => metadata?.name === name && metadata.namespace !== namespace)
    .map((one) => refOf('Service', one))

const routeOf = (
  objects: GatewayFacts['objects'],
  kind: string,
  name: string,
  namespace: string,
): ReferringRoute | undefined =>
  kind === 'HTTPRoute'
    ? find(objects.httpRoutes, name, namespace)
    : kind === 'GRPCRoute'
      ? find(objects.grpcRoutes, name, namespace)
      : find(objects.tlsRoutes, name, namespace)

const routeCures = (
  facts: ClusterFacts,
  { objects }: GatewayFacts,
  { kind, namespace = '', name }: ObjectRef,
  index: number,
): readonly Cure[] => {
  const route = routeOf(objects, kind, name, namespace)
  const permits = permitsOf(objects.referenceGrants)
  const refs: readonly Referred[] = route?.spec.rules?.[index]?.backendRefs ?? []
  for (const [at, ref] of refs.entries()) {
    const of = ref.namespace ?? namespace
    const path = `/spec/rules/${index}/backendRefs/${at}`
    if ((ref.kind ?? 'Service') !== 'Service' || route === undefined) continue
    const word = kind.toLowerCase() as 'httproute'
    const isGranted = permits({ kind, namespace }, granted({ kind: 'Service', namespace: of, name: ref.name }))
    if (!isGranted) return [grantCure({ kind, namespace, name }, { kind: 'Service', namespace: of, name: ref.name })]
    const service = find(facts.services, ref.name, of)
    if (service === undefined) {
      const missing = { kind: 'Service', namespace: of, name: ref.name }
      const send = (to: ObjectRef, field: 'name' | 'namespace'): Cure =>
        patch({ code: 'send-to-service', service: to }, word, route, [
          { op: 'add', path: `${path}/${field}`, value: to[field] },
        ])
      return otherServices(facts, missing, send, (to) =>
        permits({ kind, namespace }, granted(to)) ? [] : [grantCure({ kind, namespace, name }, to)],
      )
    }
    const ports = tcpPorts(service)
    if (ports.length > 0 && !ports.some(({ port }) => port === ref.port))
      return ports.slice(0, 2).map(({ port }, place) => {
        const cure = patch({ code: 'send-to-port', port }, word, route, [
          { op: 'add', path: `${path}/port`, value: port },
        ])
        return place === 0 ? cure : or(cure)
      })
  }
  return []
}

/** Services that are called nearly so, and the only one that is called so in another namespace, with what permits it: a step of two. */
const otherServices = (
  facts: ClusterFacts,
  missing: ObjectRef,
  send: (to: ObjectRef, field: 'name' | 'namespace') => Cure,
  grant: (to: ObjectRef) => readonly Cure[],
): readonly Cure[] => {
  const names = facts.services.flatMap(({ metadata }) =>
    metadata?.namespace === missing.namespace ? (metadata?.name ?? []) : [],
  )
  const near = nearest(missing.name, names, 2).map((name) => send({ ...missing, name }, 'name'))
  const [same, ...others] = sameElsewhere(facts, missing)
  const there = same && others.length === 0 ? [send(same, 'namespace'), ...grant(same)] : []
  const [first, ...more] = [...near, ...there.slice(0, 1)]
  return first === undefined ? [] : [first, ...more.map(or), ...there.slice(1)]
}

/** As a ReferenceGrant has it. */
const granted = ({ kind, namespace = '', name }: ObjectRef) => ({ group: '', kind, namespace, name })

/** Ports that requests may be sent to. */
const tcpPorts = ({ spec }: Service) => (spec?.ports ?? []).filter(({ protocol }) => (protocol || 'TCP') === 'TCP')

/** A ReferenceGrant of its own, in the namespace of what is referred to. */
export const grantCure = (from: ObjectRef, to: ObjectRef): Cure =>
  apply(
    { code: 'grant-reference', from, to },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ReferenceGrant',
      metadata: { name: `allow-${from.kind.toLowerCase()}s-of-${from.namespace}-${to.name}`, namespace: to.namespace },
      spec: {
        from: [{ group: GATEWAY_GROUP, kind: from.kind, namespace: from.namespace }],
        to: [{ group: '', kind: to.kind, name: to.name }],
      },
    },
  )

/** Of the shares of a rule that lead nowhere the one of which this is said: its Service. */
const serviceMeant = ({ rule: { action } }: Entry, reason: string): string | undefined => {
  if (action.type !== 'forward') return undefined
  for (const { to } of action.to) if ('reason' in to && to.reason === reason) return to.service
  return undefined
}

/** Of an Ingress: the Service, or its port, that is most like the one that is not there. */
const ingressCures = (
  facts: ClusterFacts,
  { objects }: GatewayFacts,
  { namespace, name }: ObjectRef,
  meant: string | undefined,
): readonly Cure[] => {
  const ingress = find(objects.ingresses, name, namespace)
  const backends = (ingress?.spec?.rules ?? []).flatMap((rule, at) =>
    (rule.http?.paths ?? []).map(({ backend }, place) => ({
      backend,
      path: `/spec/rules/${at}/http/paths/${place}/backend/service`,
    })),
  )
  for (const { backend, path } of backends) {
    const { service: named } = backend
    if (ingress === undefined || named === undefined || named.name !== meant) continue
    const service = find(facts.services, named.name, namespace)
    if (service === undefined) {
      const names = facts.services.flatMap(({ metadata }) =>
        metadata?.namespace === namespace ? (metadata?.name ?? []) : [],
      )
      return nearest(named.name, names, 2).map((one, place) => {
        const effect = {
          code: 'send-to-service',
          service: { kind: 'Service', ...(namespace && { namespace }), name: one },
        } as const
        const cure = patch(effect, 'ingress', ingress, [{ op: 'replace', path: `${path}/name`, value: one }])
        return place === 0 ? cure : or(cure)
      })
    }
    const ports = tcpPorts(service)
    const isThere = ports.some((one) =>
      named.port?.name ? one.name === named.port.name : one.port === named.port?.number,
    )
    if (!isThere)
      return ports.slice(0, 2).map(({ port }, place) => {
        const cure = patch({ code: 'send-to-port', port }, 'ingress', ingress, [
          { op: 'replace', path: `${path}/port`, value: { number: port } },
        ])
        return place === 0 ? cure : or(cure)
      })
  }
  return []
}

/** A rule that the proxies do not take. */
export const ruleRefused = (entry: Entry, message: string): Finding => {
  const rule = ruleRef(entry)
  return { reason: 'rule-refused', rule, message, cures: [lookAt(rule.route)] }
}
