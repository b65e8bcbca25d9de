import type { GRPCRouteMatch, GRPCRouteRule } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRouteMatch } from '#api/gatewayapi/httproute/match.ts'
import type { HTTPRouteRule } from '#api/gatewayapi/httproute/message.ts'
import type { AttachedRoute } from './attachment.ts'
import type { GatewayClause, GatewayHit } from './clauses.ts'
import type { GatewayRequest, Reading } from './model.ts'
import { hasPrefix, isNamed, type NormalPath, withoutSlash } from './paths.ts'

/** A rule that takes a request, and the prefix that it took it by. */
export type Taker = { readonly route: AttachedRoute['route']; readonly index: number; readonly prefix: string } & (
  | { readonly kind: 'HTTPRoute'; readonly rule: HTTPRouteRule }
  | { readonly kind: 'GRPCRoute'; readonly rule: GRPCRouteRule }
)

/** By what rules are ordered: the first number that differs decides, the greater first. */
type Rank = readonly (readonly [clause: GatewayClause, value: number])[]

interface Condition {
  readonly type?: string | undefined
  readonly name: string
  readonly value: string
}

/** The rule that a request is for. `routes` are the oldest first. */
export function takerOf(
  routes: readonly AttachedRoute[],
  request: GatewayRequest,
  { path, query }: NormalPath,
  name: string,
  reading: Reading,
  hit: GatewayHit,
): Taker | undefined {
  const takers = routes.flatMap((attached, age) => {
    const hostname = hostnameRank(attached, name, reading)
    if (hostname === undefined) return []
    const { route } = attached
    const ranked = (taker: Taker, rank: Rank) => ({
      taker,
      rank: [
        ...hostname,
        ...rank,
        ['order/oldest', -Date.parse(String(route.metadata?.creationTimestamp))],
        ['order/name', -age],
        ['order/rule', -taker.index],
      ] as Rank,
    })
    if (attached.kind === 'GRPCRoute')
      return (attached.route.spec.rules ?? []).flatMap((rule, index) =>
        (rule.matches?.length ? rule.matches : [{}]).flatMap((match) => {
          const rank = grpcRank(match as GRPCRouteMatch, request, path, reading, hit)
          return rank ? [ranked({ kind: 'GRPCRoute', route, rule, index, prefix: '' }, rank)] : []
        }),
      )
    return (attached.route.spec.rules ?? []).flatMap((rule, index) =>
      (rule.matches?.length ? rule.matches : [undefined]).flatMap((match) => {
        if (match === undefined) hit('match/default')
        const rank = httpRank((match ?? {}) as HTTPRouteMatch, request, path, query, reading, hit)
        const prefix = match?.path?.value ?? '/'
        return rank ? [ranked({ kind: 'HTTPRoute', route, rule, index, prefix }, rank)] : []
      }),
    )
  })
  const [first, second] = takers.sort((one, other) => compare(one.rank, other.rank))
  if (first && second) for (const clause of decidedBy(first.rank, second.rank)) hit(clause)
  const hostnames = routes.flatMap((attached) => hostnameRank(attached, name, reading) ?? [])
  if (first && hostnames.some(([, length]) => length > Math.max(...first.rank.slice(0, 2).map(([, value]) => value))))
    hit('match/falls-through')
  return first?.taker
}

const compare = (one: Rank, other: Rank): number => {
  const at = one.findIndex(([, value], index) => value !== other[index]?.[1])
  return at < 0 ? 0 : (other[at]?.[1] ?? 0) - (one[at]?.[1] ?? 0)
}

const decidedBy = (one: Rank, other: Rank): readonly GatewayClause[] => {
  const decisive = one.find(([, value], index) => value !== other[index]?.[1])
  return decisive ? [decisive[0]] : []
}

function hostnameRank({ hostnames }: AttachedRoute, name: string, { hostnames: by }: Reading): Rank | undefined {
  const ranks = hostnames
    .filter(({ shared }) => isNamed(shared, name))
    .map(
      ({ [by]: hostname }): Rank => [
        ['match/hostname', hostname.startsWith('*') ? 0 : hostname.length],
        ['match/hostname', hostname.length],
      ],
    )
  return ranks.sort(compare)[0]
}

function httpRank(
  { path: pathMatch, method, headers = [], queryParams = [] }: HTTPRouteMatch,
  request: GatewayRequest,
  path: string,
  query: string | undefined,
  reading: Reading,
  hit: GatewayHit,
): Rank | undefined {
  const { type = 'PathPrefix', value = '/' } = pathMatch ?? {}
  hit(type === 'Exact' ? 'match/exact' : type === 'PathPrefix' ? 'match/prefix' : 'match/regex')
  if (type === 'Exact' && path !== value) return undefined
  if (type === 'PathPrefix' && !hasPrefix(path, value)) return undefined
  if (type === 'RegularExpression' && !isWhole(value, path)) return undefined
  if (method !== undefined) hit('match/method')
  if (method !== undefined && request.method !== method) return undefined
  const named = distinct(headers as readonly Condition[], (text) => text.toLowerCase())
  if (named.length < headers.length) hit('match/header-twice')
  if (!haveHeaders(named, request, reading, hit)) return undefined
  const asked = distinct(queryParams as readonly Condition[], (text) => text)
  if (asked.length > 0) hit('match/query')
  if (!asked.every((one) => isMet(one, parameter(query ?? '', one.name, reading)))) return undefined
  return [
    ['order/exact', type === 'Exact' ? 2 : type === 'PathPrefix' ? 1 : 0],
    ['order/longest', type === 'PathPrefix' ? withoutSlash(value).length : 0],
    ['order/method', method === undefined ? 0 : 1],
    ['order/headers', named.length],
    ['order/query', asked.length],
  ]
}

function grpcRank(
  { method, headers = [] }: GRPCRouteMatch,
  request: GatewayRequest,
  path: string,
  reading: Reading,
  hit: GatewayHit,
): Rank | undefined {
  const [, service = '', name, ...more] = path.split('/')
  hit('grpc/method')
  if (method?.service && method.service !== service) return undefined
  if (method?.method && (method.method !== name || more.length > 0)) return undefined
  const named = distinct(headers as readonly Condition[], (text) => text.toLowerCase())
  if (!haveHeaders(named, request, reading, hit)) return undefined
  return [
    ['grpc/order', method?.service?.length ?? 0],
    ['grpc/order', method?.method?.length ?? 0],
    ['order/headers', named.length],
  ]
}

const distinct = (conditions: readonly Condition[], key: (name: string) => string): readonly Condition[] =>
  conditions.filter((one, at) => conditions.findIndex((other) => key(other.name) === key(one.name)) === at)

function haveHeaders(
  conditions: readonly Condition[],
  { headers }: GatewayRequest,
  reading: Reading,
  hit: GatewayHit,
): boolean {
  if (conditions.length > 0) hit('match/header')
  return conditions.every((condition) => {
    const values = headers.filter(([name]) => name.toLowerCase() === condition.name.toLowerCase()).map(([, one]) => one)
    if (reading.headers === 'any') return values.some((value) => isMet(condition, value))
    if (values.length === 0) return false
    if (reading.headers === 'first') return isMet(condition, values[0])
    return isMet(condition, values.join(reading.headers === 'comma' ? ',' : ', '))
  })
}

const isMet = ({ type = 'Exact', value }: Condition, actual: string | undefined): boolean =>
  actual !== undefined && (type === 'Exact' ? actual === value : isWhole(value, actual))

const isWhole = (pattern: string, text: string): boolean => new RegExp(`^(?:${pattern})$`, 's').test(text)

/** The first value of a query's parameter. */
function parameter(query: string, name: string, reading: Reading): string | undefined {
  const read = (text: string) => {
    if (reading.query === 'sent') return text
    try {
      return decodeURIComponent(text.replaceAll('+', ' '))
    } catch {
      return text
    }
  }
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    if (read(at < 0 ? pair : pair.slice(0, at)) === name) return read(at < 0 ? '' : pair.slice(at + 1))
  }
  return undefined
}
