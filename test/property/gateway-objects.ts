import type { GatewayObjects } from '../contract/gateway/model.ts'
import type { FiltersPlan, MirrorPlan } from './gateway-filters.ts'
import {
  flow,
  type GatewaysPlan,
  type GrpcMatch,
  type HttpMatch,
  isTls,
  type ListenerPlan,
  NAMESPACES,
  type RoutePlan,
  type RulePlan,
  SERVICE_PORTS,
  SERVICES,
} from './gateway-plans.ts'

const GROUP = 'gateway.networking.k8s.io'
const CONTROLLER = 'fairlead.dev/gateway-controller'

export const objects = <T>(list: readonly object[]): readonly T[] => list as unknown as readonly T[]

/** What all have: `uid` is one of its own. */
export const metaOf = (kind: string, name: string, namespace?: string, creationTimestamp = '2026-01-01T00:00:00Z') => ({
  name,
  ...(namespace !== undefined && { namespace }),
  uid: `${kind}-${namespace}-${name}`,
  generation: 1,
  resourceVersion: '1',
  creationTimestamp,
})

/** Whose addresses the first and the second Gateway of a plan have. */
export const GATEWAYS = [
  { namespace: 'infra', name: 'public' },
  { namespace: 'shop', name: 'own' },
] as const

const listenerOf = (plan: ListenerPlan, index: number, namespace: string) => {
  const { port, hostname, from, team, kinds, certificate } = plan
  const certificateRef =
    certificate === 'own' || certificate === 'gone'
      ? { name: certificate === 'own' ? 'cert' : 'gone' }
      : { name: 'cert', ...(certificate !== namespace && { namespace: certificate }) }
  return {
    name: `l${index}`,
    port,
    protocol: isTls(port) ? 'HTTPS' : 'HTTP',
    ...(hostname !== undefined && { hostname }),
    ...(isTls(port) && {
      tls: { mode: 'Terminate', certificateRefs: [{ kind: 'Secret', group: '', ...certificateRef }] },
    }),
    allowedRoutes: {
      ...(from && {
        namespaces: { from, ...(from === 'Selector' && { selector: { matchLabels: { team } } }) },
      }),
      ...(kinds && { kinds: kinds.map((kind) => ({ group: GROUP, kind })) }),
    },
  }
}

/** What the API leaves open is not made: two of one ListenerSet in conflict, or one with what is in conflict anyway. */
const distinctOf = (listeners: readonly ListenerPlan[], gateway: readonly ListenerPlan[]): readonly ListenerPlan[] =>
  listeners.filter(
    (one, at) =>
      listeners.findIndex((other) => flow(other) === flow(one)) === at &&
      gateway.filter((other) => flow(other) === flow(one)).length < 2,
  )

const parentsOf = ({ parents }: RoutePlan<unknown>, { sets }: GatewaysPlan) => {
  const named = parents.map(({ to, section, port }) => {
    const [kind, number] = to.split(' ')
    const index = Number(number)
    const parent =
      kind === 'gateway'
        ? { kind: 'Gateway', ...GATEWAYS[index as 0 | 1] }
        : { kind: 'ListenerSet', namespace: sets[index]?.namespace ?? 'shop', name: `set-${index}` }
    return {
      group: GROUP,
      ...parent,
      ...(section !== undefined && { sectionName: `l${section}` }),
      ...(port !== undefined && { port }),
    }
  })
  return named.filter(({ kind, name }, at) => named.findIndex((one) => one.kind === kind && one.name === name) === at)
}

const mirrorOf = ({ service, port, part }: MirrorPlan) => {
  const [namespace, name] = service.split('/')
  return { type: 'RequestMirror', requestMirror: { backendRef: { namespace, name, port }, ...part } }
}

const headersOf = ({ request, response }: Pick<FiltersPlan, 'request' | 'response'>) => [
  ...(request ? [{ type: 'RequestHeaderModifier', requestHeaderModifier: request }] : []),
  ...(response ? [{ type: 'ResponseHeaderModifier', responseHeaderModifier: response }] : []),
]

const EXTENSION = { type: 'ExtensionRef', extensionRef: { group: 'example.com', kind: 'Throttle', name: 'slow' } }

function ruleOf<Match>(plan: RulePlan<Match>, isHttp: boolean, matchOf: (match: Match) => object) {
  const matches = (plan.matches ?? []).map(matchOf) as readonly { path?: { type?: string } }[]
  const replacesPrefix =
    matches.length === 1 && matches[0]?.path && (matches[0].path.type ?? 'PathPrefix') === 'PathPrefix'
  const change = isHttp ? plan.filters.change : undefined
  const path = (given: { readonly path?: { readonly type: string } } | undefined) => {
    if (given?.path?.type !== 'ReplacePrefixMatch' || replacesPrefix) return given
    const { path: _, ...rest } = given
    return rest
  }
  const changes = [
    ...(change?.requestRedirect ? [{ type: 'RequestRedirect', requestRedirect: path(change.requestRedirect) }] : []),
    ...(change?.urlRewrite ? [{ type: 'URLRewrite', urlRewrite: path(change.urlRewrite) }] : []),
  ]
  return {
    ...(plan.matches && { matches }),
    filters: [
      ...headersOf(plan.filters),
      ...changes,
      ...(plan.mirror ? [mirrorOf(plan.mirror)] : []),
      ...(plan.hasExtension ? [EXTENSION] : []),
    ],
    ...(!change?.requestRedirect && {
      backendRefs: plan.backends.map(({ name, namespace: of, kind, port, weight, filters, hasExtension }) => {
        return {
          ...(of !== undefined && { namespace: of }),
          ...(kind && { kind, group: kind === 'Service' ? '' : 'example.com' }),
          name,
          port,
          ...(weight !== undefined && { weight }),
          filters: [...headersOf(filters), ...(hasExtension ? [EXTENSION] : [])],
        }
      }),
    }),
  }
}

const httpMatchOf = ({ path, method, headers, queryParams }: HttpMatch) => ({
  ...(path && { path: { value: path.value, ...(path.type && { type: path.type }) } }),
  ...(method && { method }),
  headers,
  queryParams,
})

const grpcMatchOf = ({ service, method, headers }: GrpcMatch) => ({
  ...((service ?? method) && { method: { ...(service && { service }), ...(method && { method }) } }),
  headers,
})

function routeOf<Match>(
  kind: 'HTTPRoute' | 'GRPCRoute',
  plan: RoutePlan<Match>,
  index: number,
  whole: GatewaysPlan,
  matchOf: (match: Match) => object,
): object {
  return {
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata: metaOf(kind, `${kind === 'HTTPRoute' ? 'route' : 'grpc'}-${index}`, plan.namespace, plan.created),
    spec: {
      parentRefs: parentsOf(plan, whole),
      hostnames: [...new Set(plan.hostnames)],
      rules: plan.rules.map((rule) => ruleOf(rule, kind === 'HTTPRoute', matchOf)),
    },
  }
}

const pem = (what: string) => Buffer.from(`-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----\n`).toString('base64')

/** A certificate in each namespace; what is in it is nobody's business here. */
const SECRETS: GatewayObjects['secrets'] = objects(
  NAMESPACES.map((namespace) => ({
    metadata: metaOf('Secret', 'cert', namespace),
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': pem('CERTIFICATE'), 'tls.key': pem('PRIVATE KEY') },
  })),
)

/** What is there whatever is planned. */
export const BASE: Pick<GatewayObjects, 'namespaces' | 'secrets' | 'services' | 'gatewayClasses' | 'ingressClasses'> = {
  secrets: SECRETS,
  namespaces: objects(
    NAMESPACES.map((name) => ({
      metadata: { ...metaOf('Namespace', name), labels: { team: name === 'shop-b' ? 'b' : 'a' } },
    })),
  ),
  services: objects(
    SERVICES.map((key) => {
      const [namespace, name = ''] = key.split('/')
      return {
        metadata: metaOf('Service', name, namespace),
        spec: {
          type: 'ClusterIP',
          clusterIP: '10.96.0.9',
          ports: SERVICE_PORTS.map((port) => ({
            name: port === 80 ? 'http' : 'alt',
            port,
            protocol: 'TCP',
            targetPort: port,
          })),
        },
      }
    }),
  ),
  gatewayClasses: objects([
    { metadata: metaOf('GatewayClass', 'fairlead'), spec: { controllerName: CONTROLLER } },
    { metadata: metaOf('GatewayClass', 'foreign'), spec: { controllerName: 'example.com/other' } },
  ]),
  ingressClasses: objects([
    { metadata: metaOf('IngressClass', 'fairlead'), spec: { controller: CONTROLLER } },
    { metadata: metaOf('IngressClass', 'foreign'), spec: { controller: 'example.com/other' } },
  ]),
}

type Gateways = Pick<GatewayObjects, 'gateways' | 'listenerSets' | 'httpRoutes' | 'grpcRoutes' | 'referenceGrants'>

/** What the API would hold of a plan. */
export const gatewaysOf = (plan: GatewaysPlan): Gateways => ({
  gateways: objects(
    plan.gateways.map(({ listeners, sets, isOurs }, index) => {
      const { namespace, name } = GATEWAYS[index as 0 | 1]
      return {
        metadata: metaOf('Gateway', name, namespace),
        spec: {
          gatewayClassName: isOurs ? 'fairlead' : 'foreign',
          listeners: listeners.map((one, at) => listenerOf(one, at, namespace)),
          ...(sets && {
            allowedListeners: {
              namespaces: { from: sets, ...(sets === 'Selector' && { selector: { matchLabels: { team: 'b' } } }) },
            },
          }),
        },
      }
    }),
  ),
  listenerSets: objects(
    plan.sets.map(({ namespace, created, parent, listeners }, index) => ({
      metadata: metaOf('ListenerSet', `set-${index}`, namespace, created),
      spec: {
        parentRef: { group: GROUP, kind: 'Gateway', ...GATEWAYS[parent] },
        listeners: distinctOf(listeners, plan.gateways[parent].listeners).map((one, at) =>
          listenerOf(one, at, namespace),
        ),
      },
    })),
  ),
  httpRoutes: objects(plan.httpRoutes.map((route, at) => routeOf('HTTPRoute', route, at, plan, httpMatchOf))),
  grpcRoutes: objects(plan.grpcRoutes.map((route, at) => routeOf('GRPCRoute', route, at, plan, grpcMatchOf))),
  referenceGrants: objects(
    plan.grants.map(({ namespace, fromKind, fromNamespace, toKind, name }, index) => ({
      metadata: metaOf('ReferenceGrant', `grant-${index}`, namespace),
      spec: {
        from: [{ group: GROUP, kind: fromKind, namespace: fromNamespace }],
        to: [{ group: '', kind: toKind, ...(name && { name }) }],
      },
    })),
  ),
})
