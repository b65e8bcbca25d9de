import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { matchesHostname } from '#routes/table/hostname.ts'
import type { GatewayFacts } from '../../cluster/gateway-facts.ts'
import { nearest } from '../../cluster/nearest.ts'
import { refOf } from '../../cluster/reference.ts'
import { or, patch, run } from '../../diagnose/cure.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { IngressOfNobody, RouteNotAttached } from '../../trace/findings/request.ts'
import type { ClaimingIngress, Unattached } from '../claims.ts'
import { lookAtGateway } from './gateway.ts'
import { lookAt } from './rules.ts'

/** A route that speaks of the name and is not attached. */
export const routeNotAttached = (gateways: GatewayFacts, one: Unattached, host: string): Finding => {
  const cures = attachCures(gateways, one, host)
  return { ...notAttached(one), cures: cures.length > 0 ? cures : [lookAt(one.ref)] }
}

export const notAttached = ({ ref, parent, because, message }: Unattached): RouteNotAttached => ({
  reason: 'route-not-attached',
  route: ref,
  parent,
  because,
  ...(message && { message }),
})

const KINDS = {
  HTTPRoute: 'httproute',
  GRPCRoute: 'grpcroute',
  TLSRoute: 'tlsroute',
  TCPRoute: 'tcproute',
  UDPRoute: 'udproute',
} as const

const attachCures = (gateways: GatewayFacts, one: Unattached, host: string): readonly Cure[] => {
  const { route, parent, parentIndex, because } = one
  const kind = KINDS[route.kind]
  const at = `/spec/parentRefs/${parentIndex}`
  const ref = route.spec.parentRefs?.[parentIndex]
  const gateway = gateways.objects.gateways.find((each) => keyOf(each) === `${parent.namespace}/${parent.name}`)
  switch (because) {
    case 'NoSuchParent':
      return meantGateways(gateways, parent.name, host).map((meant, index) => {
        const { name, namespace } = meant.metadata ?? {}
        const cure = patch({ code: 'attach-route', gateway: refOf('Gateway', meant) }, kind, route, [
          { op: 'add', path: `${at}/name`, value: name },
          { op: 'add', path: `${at}/namespace`, value: namespace },
        ])
        return index === 0 ? cure : or(cure)
      })
    case 'NotAllowedByListeners': {
      const own = route.metadata?.namespace ?? ''
      const listeners = (gateway?.spec.listeners ?? []).map((listener, index) => ({ listener, index }))
      // Others stay as closed as they are.
      const meant = listeners.filter(
        ({ listener }) =>
          (!ref?.sectionName || listener.name === ref.sectionName) &&
          (!ref?.port || listener.port === ref.port) &&
          matchesHostname((listener.hostname ?? '').toLowerCase(), 'many', host),
      )
      if (gateway === undefined || meant.length === 0 || own === parent.namespace) return []
      const [selector] = meant.flatMap(({ listener }) => listener.allowedRoutes?.namespaces?.selector ?? [])
      if (selector?.matchLabels !== undefined) return [labelNamespace(own, selector.matchLabels)]
      // Whoever is let in by an expression stays so: it is not to be written anew.
      if (selector !== undefined) return [lookAtGateway(parent)]
      return [
        patch(
          {
            code: 'let-namespace-attach',
            namespace: own,
            listener: meant.map(({ listener }) => listener.name).join(', '),
          },
          'gateway',
          gateway,
          meant.flatMap(({ listener, index }) => [
            {
              op: 'add',
              path: `/spec/listeners/${index}/allowedRoutes`,
              value: {
                ...listener.allowedRoutes,
                namespaces: {
                  from: 'Selector',
                  selector: {
                    matchExpressions: [
                      { key: 'kubernetes.io/metadata.name', operator: 'In', values: [own, parent.namespace] },
                    ],
                  },
                },
              },
            },
          ]),
        ),
      ]
    }
    case 'NoMatchingListenerHostname': {
      const like = gateway?.spec.listeners?.find(({ port }) => !ref?.port || port === ref.port)
      if (gateway === undefined || like === undefined || ref?.sectionName) return []
      return [
        patch({ code: 'add-listener', hostname: host, gateway: parent }, 'gateway', gateway, [
          { op: 'add', path: '/spec/listeners/-', value: { ...like, name: host.replaceAll('.', '-'), hostname: host } },
        ]),
      ]
    }
    case 'NoMatchingParent': {
      const gone = (['sectionName', 'port'] as const).filter((field) => ref?.[field] !== undefined)
      return gone.length === 0
        ? []
        : [
            patch(
              { code: 'attach-to-any-listener' },
              kind,
              route,
              gone.map((field) => ({ op: 'remove', path: `${at}/${field}` })),
            ),
          ]
    }
    default:
      return []
  }
}

const labelNamespace = (name: string, labels: Readonly<Record<string, string>>): Cure =>
  run(
    { code: 'label-namespace', object: { kind: 'Namespace', name }, labels },
    ...['kubectl', 'label', 'namespace', name],
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
  )

/** Gateways of that name elsewhere, or of a name like it; where there is one alone, that. Those first that listen for the host. */
const meantGateways = (gateways: GatewayFacts, name: string, host: string) =>
  [...namedGateways(gateways, name)].sort((one, other) => hostRank(one, host) - hostRank(other, host)).slice(0, 2)

const hostRank = ({ spec }: Gateway, host: string): number =>
  (spec.listeners ?? []).some(({ hostname = '' }) => matchesHostname(hostname.toLowerCase(), 'many', host)) ? 0 : 1

const namedGateways = ({ objects }: GatewayFacts, name: string): readonly Gateway[] => {
  const same = objects.gateways.filter(({ metadata }) => metadata?.name === name)
  if (same.length > 0) return same
  const near = nearest(
    name,
    objects.gateways.flatMap(({ metadata }) => metadata?.name ?? []),
  )
  const like = objects.gateways.filter(({ metadata }) => near.includes(metadata?.name ?? ''))
  return like.length > 0 ? like : objects.gateways.length === 1 ? objects.gateways : []
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
