import fc from 'fast-check'
import { filterPlans, mirrorPlan, seldom } from './gateway-filters.ts'

/**
 * What generated Gateways and their routes are made of: few names, so that they meet. fast-check shrinks it;
 * `gateway-objects.ts` makes objects of it, without what schemas refuse.
 */

export const NAMESPACES = ['infra', 'shop', 'shop-b'] as const
export const SERVICES = ['shop/web', 'shop/api', 'shop-b/web', 'infra/web'] as const
export const SERVICE_PORTS = [80, 8080] as const
const AGES = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-10T00:00:00Z'] as const
export const PORTS = [80, 8080, 443, 8443] as const
export const isTls = (port: number): boolean => port % 1000 === 443

export const weighted = <T>(...choices: readonly (readonly [weight: number, value: T])[]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))
const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq })
export const some = <T>(arbitrary: fc.Arbitrary<T>, minLength: number, maxLength: number): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength, maxLength, size: 'max' })

const namespace = fc.constantFrom(...NAMESPACES)
export const created = fc.constantFrom(...AGES)

const hostname = fc.constantFrom(
  '*.com',
  '*.example.com',
  '*.a.example.com',
  'a.example.com',
  'a.example.com',
  'x.a.example.com',
  'b.example.com',
  'example.com',
  'other.test',
)

const from = weighted<'All' | 'Same' | 'Selector' | undefined>([9, 'All'], [1, 'Same'], [2, 'Selector'], [1, undefined])

const listenerPlan = fc.record({
  port: weighted<(typeof PORTS)[number]>([5, 80], [3, 8080], [5, 443], [1, 8443]),
  hostname: maybe(
    fc.constantFrom('*.com', '*.example.com', '*.a.example.com', 'a.example.com', 'x.a.example.com', 'b.example.com'),
    3,
  ),
  from,
  team: fc.constantFrom('a', 'b'),
  kinds: weighted<readonly string[] | undefined>(
    [8, undefined],
    [1, ['HTTPRoute']],
    [1, ['GRPCRoute']],
    [1, ['GRPCRoute', 'HTTPRoute']],
  ),
  certificate: weighted<'own' | 'gone' | 'infra' | 'shop-b'>([14, 'own'], [1, 'gone'], [1, 'infra'], [1, 'shop-b']),
})
export type ListenerPlan = typeof listenerPlan extends fc.Arbitrary<infer Plan> ? Plan : never

/** What tells listeners apart. */
export const flow = ({ port, hostname }: ListenerPlan): string => `${port} ${hostname ?? ''}`

const gatewayPlan = fc.record({
  listeners: fc.oneof(
    { weight: 5, arbitrary: fc.uniqueArray(listenerPlan, { minLength: 1, maxLength: 5, size: 'max', selector: flow }) },
    { weight: 1, arbitrary: some(listenerPlan, 2, 4) },
  ),
  sets: weighted<'All' | 'Same' | 'Selector' | 'None' | undefined>(
    [4, 'All'],
    [1, 'Same'],
    [1, 'Selector'],
    [1, 'None'],
    [1, undefined],
  ),
  isOurs: weighted([14, true], [1, false]),
})

const parentPlan = fc.record({
  to: weighted<'gateway 0' | 'gateway 1' | 'set 0' | 'set 1'>(
    [9, 'gateway 0'],
    [2, 'gateway 1'],
    [2, 'set 0'],
    [1, 'set 1'],
  ),
  section: weighted<number | undefined>([6, undefined], [1, 0], [1, 1], [1, 2]),
  port: weighted<number | undefined>([8, undefined], [1, 80], [1, 443]),
})

export const pathValue = fc.constantFrom(
  '/',
  '/foo',
  '/foo',
  '/foo',
  '/foo',
  '/foo/',
  '/foo/bar',
  '/foo/bar/',
  '/foobar',
  '/foo/bar/baz',
  '/Foo',
  '/f',
)
const pathMatch = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: weighted([4, 'PathPrefix'], [1, undefined]), value: pathValue }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('Exact'), value: pathValue }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('RegularExpression'),
      value: fc.constantFrom('/foo/.*', '/fo+', '/foo/[a-z]+', '/(foo|f)/?', '.*', '/foo'),
    }),
  },
)
const condition = (names: readonly string[], values: readonly string[], expressions: readonly string[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ name: fc.constantFrom(...names), value: fc.constantFrom(...values) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('RegularExpression'),
        name: fc.constantFrom(...names),
        value: fc.constantFrom(...expressions),
      }),
    },
  )
const headerMatches = fc.uniqueArray(condition(['x-tenant', 'X-Tenant', 'x-env'], ['a', 'b'], ['[ab]', 'a.*']), {
  maxLength: 2,
  selector: ({ name }) => name,
})
const queryMatches = fc.uniqueArray(condition(['q', 'v'], ['1', '2', 'a b'], ['[12]', '1.*']), {
  maxLength: 2,
  selector: ({ name }) => name,
})
const noConditions = fc.constant([])
/** One of them alone, so that rules differ in it and in nothing else; or all. */
const httpMatch = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      path: maybe(pathMatch, 8),
      method: weighted<string | undefined>([4, undefined], [1, 'GET'], [1, 'POST']),
      headers: fc.oneof({ weight: 2, arbitrary: noConditions }, { weight: 1, arbitrary: headerMatches }),
      queryParams: fc.oneof({ weight: 2, arbitrary: noConditions }, { weight: 1, arbitrary: queryMatches }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      path: fc.constant(undefined),
      method: fc.constant(undefined),
      headers: noConditions,
      queryParams: queryMatches,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      path: fc.constant(undefined),
      method: fc.constantFrom(undefined, 'GET'),
      headers: headerMatches,
      queryParams: noConditions,
    }),
  },
)

const backendPlan = fc.record({
  name: weighted([6, 'web'], [2, 'api'], [1, 'gone']),
  /** Whose; absent: the route's own. */
  namespace: weighted<string | undefined>([6, undefined], [1, 'infra'], [1, 'shop'], [2, 'shop-b']),
  kind: weighted<string | undefined>([15, undefined], [1, 'Service'], [1, 'Bucket']),
  port: weighted<number>([12, 80], [5, 8080], [1, 81]),
  weight: weighted<number | undefined>([4, undefined], [2, 1], [2, 3], [1, 0]),
  filters: filterPlans('backend'),
  hasExtension: weighted([20, false], [1, true]),
})

const rulePlan = <Match>(matches: fc.Arbitrary<Match>) =>
  fc.record({
    matches: maybe(some(matches, 1, 3), 8),
    filters: filterPlans('rule'),
    mirror: seldom(5, mirrorPlan),
    hasExtension: weighted([30, false], [1, true]),
    backends: fc.oneof(
      { weight: 12, arbitrary: some(backendPlan, 1, 1) },
      { weight: 6, arbitrary: some(backendPlan, 2, 3) },
      { weight: 1, arbitrary: some(backendPlan, 0, 0) },
    ),
  })
export type RulePlan<Match> = ReturnType<typeof rulePlan<Match>> extends fc.Arbitrary<infer Plan> ? Plan : never

const routePlan = <Match>(matches: fc.Arbitrary<Match>) =>
  fc.record({
    namespace,
    created,
    parents: some(parentPlan, 1, 2),
    hostnames: fc.oneof(some(hostname, 0, 0), some(hostname, 1, 4)),
    rules: some(rulePlan(matches), 1, 3),
  })
export type RoutePlan<Match> = ReturnType<typeof routePlan<Match>> extends fc.Arbitrary<infer Plan> ? Plan : never
export type HttpMatch = typeof httpMatch extends fc.Arbitrary<infer Plan> ? Plan : never

const grpcMatch = fc.record({
  service: fc.constantFrom(undefined, 'svc.A', 'svc.A', 'svc.AB'),
  method: fc.constantFrom(undefined, 'Get', 'GetAll'),
  headers: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: headerMatches }),
})
export type GrpcMatch = typeof grpcMatch extends fc.Arbitrary<infer Plan> ? Plan : never

const grantPlan = fc.record({
  namespace,
  fromKind: fc.constantFrom('HTTPRoute', 'HTTPRoute', 'HTTPRoute', 'GRPCRoute', 'Gateway', 'ListenerSet'),
  fromNamespace: namespace,
  toKind: fc.constantFrom('Service', 'Service', 'Secret'),
  name: weighted<string | undefined>([3, undefined], [2, 'web'], [1, 'cert'], [1, 'api']),
})

export const gatewaysPlan = fc.record({
  gateways: fc.tuple(gatewayPlan, gatewayPlan),
  sets: some(
    fc.record({
      namespace,
      created,
      parent: weighted([4, 0 as const], [1, 1 as const]),
      listeners: some(listenerPlan, 1, 2),
    }),
    0,
    2,
  ),
  httpRoutes: some(routePlan(httpMatch), 2, 6),
  grpcRoutes: fc.oneof(
    { weight: 4, arbitrary: fc.constant([] as RoutePlan<GrpcMatch>[]) },
    { weight: 1, arbitrary: some(routePlan(grpcMatch), 1, 2) },
  ),
  grants: some(grantPlan, 0, 8),
})
export type GatewaysPlan = typeof gatewaysPlan extends fc.Arbitrary<infer Plan> ? Plan : never

/** What requests to one of the two Gateways are aimed at. */
export const aimsOf = ({ gateways, sets, httpRoutes, grpcRoutes }: GatewaysPlan, to: 0 | 1) => ({
  listeners: [
    ...gateways[to].listeners,
    ...sets.filter(({ parent }) => parent === to).flatMap(({ listeners }) => listeners),
  ],
  hostnames: [...httpRoutes, ...grpcRoutes].flatMap(({ hostnames }) => hostnames),
  paths: httpRoutes
    .flatMap(({ rules }) => rules.flatMap(({ matches }) => matches ?? []))
    .flatMap(({ path }) => (path && path.type !== 'RegularExpression' ? [path.value] : [])),
})
