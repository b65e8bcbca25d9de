import fc from 'fast-check'
import type { GatewayRequest, Header } from '../contract/gateway/model.ts'
import { GATEWAYS } from './gateway-objects.ts'
import { isTls, PORTS, pathValue, weighted } from './gateway-plans.ts'

const name = fc.constantFrom(
  'a.example.com',
  'a.example.com',
  'a.example.com',
  'x.a.example.com',
  'y.x.a.example.com',
  'b.example.com',
  'b.example.com',
  'c.example.com',
  'example.com',
  'other.test',
)
const spelling = weighted<(name: string, port: number) => string>(
  [12, (one) => one],
  [1, (one) => one.toUpperCase()],
  [1, (one, port) => `${one}:${port}`],
  [1, (one) => `${one}.`],
  [1, (one, port) => `${one.replace('a', 'A')}.:${port}`],
)

/** Put behind a path that rules are likely to have, or in its place. */
const edge = weighted<(path: string) => string>(
  [8, (path) => path],
  [4, (path) => `${path}/`],
  [4, (path) => `${path}/bar`],
  [2, (path) => `${path}bar`],
  [1, (path) => `${path}//bar`],
  [1, (path) => `/${path}`],
  [1, (path) => `${path}/./bar`],
  [1, (path) => `${path}/x/../bar`],
  [1, (path) => `${path}/..`],
  [1, (path) => `${path}/.`],
  [1, (path) => `/x/..${path}`],
  [1, (path) => `/..${path}`],
  [1, (path) => `${path}/%2e%2E/foo`],
  [1, (path) => path.replace('f', '%66')],
  [1, (path) => `${path}%2Fbar`],
  [1, (path) => `${path}/%2f../bar`],
  [1, (path) => `${path}/b%c3%a4r`],
  [1, (path) => `${path}/%7ebar%20x`],
  [1, (path) => `${path}%00`],
  [1, (path) => `${path}/%zz`],
  [1, (path) => `${path}//../bar`],
  [1, (path) => `${path}\\..\\bar`],
  [1, (path) => `${path};v=1/bar`],
  [1, (path) => path.toUpperCase()],
)
const query = weighted<string>(
  [6, ''],
  [3, '?q=1'],
  [1, '?q=2'],
  [2, '?q=1&v=2'],
  [2, '?v=2&q=1'],
  [1, '?q=2&q=1'],
  [1, '?q=a%20b'],
  [1, '?q=a+b'],
  [1, '?q'],
  [1, '?Q=1&v=1'],
  [1, '?v=/foo/../bar'],
  [1, '?'],
)
const headers = weighted<readonly Header[]>(
  [3, []],
  [3, [['x-tenant', 'a']]],
  [2, [['X-Tenant', 'b']]],
  [
    2,
    [
      ['x-tenant', 'a'],
      ['x-env', 'a'],
    ],
  ],
  [
    2,
    [
      ['x-env', 'b'],
      ['X-TENANT', 'b'],
    ],
  ],
  [
    1,
    [
      ['x-tenant', 'a'],
      ['x-tenant', 'b'],
    ],
  ],
  [
    1,
    [
      ['x-tenant', 'A'],
      ['x-env', 'abc'],
    ],
  ],
)

export const requestPlan = fc.record({
  to: weighted<0 | 1>([4, 0], [1, 1]),
  /** What it is aimed at, by its number: a listener, and a hostname and a path of a route. Seldom at nothing. */
  listener: fc.nat(5),
  hostname: fc.nat(5),
  path: fc.nat(11),
  isAimed: weighted([5, true], [1, false]),
  port: fc.constantFrom(...PORTS),
  name,
  /** What stands for the star of a hostname. */
  label: fc.constantFrom('a', 'x', 'x.a', 'b'),
  spelling,
  sni: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: name }),
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'DELETE'),
  anyPath: pathValue,
  edge,
  query,
  headers,
  grpc: fc.constantFrom('/svc.A/Get', '/svc.A/GetAll', '/svc.AB/Get', '/svc.B/Get', '/svc.A/get', undefined),
})
type RequestPlan = typeof requestPlan extends fc.Arbitrary<infer Plan> ? Plan : never

/** What a backend answers with. */
export const ANSWER: readonly Header[] = [
  ['x-answer', 'own'],
  ['x-env', 'own'],
]

/** What requests are aimed at. */
interface Aims {
  readonly listeners: readonly { readonly port: number; readonly hostname?: string | undefined }[]
  readonly hostnames: readonly string[]
  readonly paths: readonly string[]
}

/** A request to a Gateway; where there are GRPCRoutes, in the form of gRPC. */
export const gatewayRequest = (plan: RequestPlan, aims: Aims, isGrpc: boolean): GatewayRequest => {
  const request = requestOf(plan, aims, GATEWAYS[plan.to])
  if (!isGrpc) return request
  return {
    ...request,
    method: 'POST',
    target: plan.grpc ?? request.target,
    headers: [...request.headers, ['content-type', 'application/grpc']],
  }
}

export const ingressRequest = (plan: RequestPlan, aims: Aims): GatewayRequest => requestOf(plan, aims, 'ingresses')

const one = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length]

function requestOf(plan: RequestPlan, { listeners, hostnames, paths }: Aims, to: GatewayRequest['to']): GatewayRequest {
  const listener = one(listeners, plan.listener)
  const port = (plan.isAimed ? listener?.port : undefined) ?? plan.port
  const hostname = one(hostnames, plan.hostname) ?? listener?.hostname
  const name = (plan.isAimed ? hostname?.replace('*', plan.label) : undefined) ?? plan.name
  const path = (plan.isAimed ? one(paths, plan.path) : undefined) ?? plan.anyPath
  const scheme = isTls(port) ? 'https' : 'http'
  return {
    to,
    port,
    scheme,
    ...(scheme === 'https' && { sni: plan.sni ?? name }),
    host: plan.spelling(name, port),
    method: plan.method,
    target: plan.edge(path) + plan.query,
    headers: plan.headers,
    answer: ANSWER,
  }
}
