import type { ParentReference } from '#api/gatewayapi/shared/references.ts'
import type { RouteStatus } from '#api/gatewayapi/shared/route.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { RouteObjects } from '../route-objects.ts'
import { type RouteText, refsOf } from '../rules/compile-route.ts'
import { readConnectionRoute, readGrpcRoute, readHttpRoute } from '../rules/read-route.ts'
import type { ReadRule } from '../rules/read-rule.ts'
import { seniorityOf } from '../table/seniority.ts'
import type { Fault } from '../values/fault.ts'

type RouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute'

/** A route of any kind, read once. */
export interface AnyRoute extends RouteText {
  readonly kind: RouteKind
  readonly metadata: ObjectMeta | undefined
  readonly status: RouteStatus | undefined
  readonly parentRefs: readonly ParentReference[]
  /** Whether it hangs on all Gateways that say that they are the default. */
  readonly usesDefaults: boolean
  /** In lower case. */
  readonly hostnames: readonly string[]
  /** Why no rule of it can be done. */
  readonly refused?: Fault
  /** Which of its rules cannot be done, where others can. */
  readonly partly?: Fault
}

interface Written {
  readonly metadata?: ObjectMeta
  readonly spec: {
    readonly parentRefs?: readonly ParentReference[]
    readonly useDefaultGateways?: string
    readonly hostnames?: readonly string[]
  }
  readonly status?: RouteStatus
}

const kept = new WeakMap<object, AnyRoute>()

/** All routes; of one object the same route each time. */
export const allRoutes = (
  objects: Pick<RouteObjects, 'httpRoutes' | 'grpcRoutes' | 'tlsRoutes' | 'tcpRoutes' | 'udpRoutes'>,
): readonly AnyRoute[] => [
  ...objects.httpRoutes.map((route) => once(route, 'HTTPRoute', readHttpRoute)),
  ...objects.grpcRoutes.map((route) => once(route, 'GRPCRoute', readGrpcRoute)),
  ...objects.tlsRoutes.map((route) => once(route, 'TLSRoute', readConnectionRoute)),
  ...objects.tcpRoutes.map((route) => once(route, 'TCPRoute', readConnectionRoute)),
  ...objects.udpRoutes.map((route) => once(route, 'UDPRoute', readConnectionRoute)),
]

const once = <R extends Written>(route: R, kind: RouteKind, read: (route: R) => readonly ReadRule[]): AnyRoute => {
  const before = kept.get(route)
  if (before !== undefined) return before
  const one = anyRoute(route, kind, read(route))
  kept.set(route, one)
  return one
}

const anyRoute = (route: Written, kind: RouteKind, rules: readonly ReadRule[]): AnyRoute => {
  const { metadata, spec, status } = route
  const wrong = rules.filter(({ fault }) => fault !== undefined)
  const first = wrong[0]?.fault
  return {
    kind,
    object: route,
    origin: { kind, namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' },
    seniority: seniorityOf(metadata),
    rules,
    refs: rules.flatMap(refsOf),
    metadata,
    status,
    parentRefs: spec.parentRefs ?? [],
    usesDefaults: spec.useDefaultGateways === 'All',
    hostnames: (spec.hostnames ?? []).map((hostname) => hostname.toLowerCase()),
    ...(first && (wrong.length === rules.length ? { refused: first } : { partly: dropped(wrong, first) })),
  }
}

const dropped = (wrong: readonly ReadRule[], first: Fault): Fault => ({
  reason: first.reason,
  message: `Dropped Rule ${wrong.map(({ index, fault }) => `${index}: ${fault!.message}`).join('; ')}`,
})
