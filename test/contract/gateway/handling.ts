import type { HTTPPathModifier, HTTPRequestRedirectFilter, HTTPRouteFilter } from '#api/gatewayapi/httproute/filter.ts'
import type { HTTPHeaderFilter } from '#api/gatewayapi/shared/header-filter.ts'
import type { HTTPRequestMirrorFilter } from '#api/gatewayapi/shared/request-mirror.ts'
import type { GatewayHit } from './clauses.ts'
import type { Taker } from './matching.ts'
import {
  type Destination,
  folded,
  type GatewayObjects,
  type GatewayRequest,
  type Header,
  type Outcome,
  type Reading,
} from './model.ts'
import { type NormalPath, nameOf, replacePrefix } from './paths.ts'
import { serviceOf } from './references.ts'

/** HTTP's statuses that say an error, where the API does not say which. */
const ERRORS: readonly number[] = Array.from({ length: 200 }, (_, index) => 400 + index)

type Filter = Pick<
  HTTPRouteFilter,
  'type' | 'requestHeaderModifier' | 'responseHeaderModifier' | 'requestMirror' | 'requestRedirect' | 'urlRewrite'
>

/** What becomes of a request that a rule took. */
export function handled(
  objects: GatewayObjects,
  taker: Taker,
  request: GatewayRequest,
  path: NormalPath,
  reading: Reading,
  hit: GatewayHit,
): Outcome {
  const from = { kind: taker.kind, namespace: taker.route.metadata?.namespace ?? '' }
  const filters = (taker.rule.filters ?? []) as readonly Filter[]
  if (filters.some(({ type }) => type === 'ExtensionRef')) {
    hit('filter/extension')
    return { kind: 'status', statuses: ERRORS }
  }
  const redirect = filters.find(({ requestRedirect }) => requestRedirect !== undefined)?.requestRedirect
  if (redirect !== undefined) return redirected(redirect, { prefix: taker.prefix, reading }, request, path, hit)
  const replacing = { prefix: taker.prefix, reading }
  if (taker.kind === 'GRPCRoute') hit('backend/unavailable')
  const nowhere = { statuses: taker.kind === 'GRPCRoute' ? [503] : [500] }
  const backends = (taker.rule.backendRefs ?? []).filter(({ weight = 1 }) => weight > 0)
  if (backends.length < (taker.rule.backendRefs ?? []).length) hit('backend/zero')
  if (backends.length === 0) {
    hit('backend/none')
    return { kind: 'status', statuses: taker.rule.backendRefs?.length ? [500, 503] : nowhere.statuses }
  }
  const all = backends.reduce((sum, { weight = 1 }) => sum + weight, 0)
  if (backends.length > 1) hit('backend/weights')
  return {
    kind: 'forward',
    shares: backends.map((backend) => {
      const service = serviceOf(objects, from, backend, hit)
      const own = (backend.filters ?? []) as readonly Filter[]
      const isStopped = own.some(({ type }) => type === 'ExtensionRef')
      if (isStopped) hit('filter/extension')
      const destination = () => destinationOf(objects, from, [...filters, ...own], replacing, request, path, hit)
      return {
        share: (backend.weight ?? 1) / all,
        to: service === undefined ? nowhere : isStopped ? { statuses: ERRORS } : { service, ...destination() },
      }
    }),
  }
}

function destinationOf(
  objects: GatewayObjects,
  from: { readonly kind: string; readonly namespace: string },
  filters: readonly Filter[],
  replacing: Replacing,
  request: GatewayRequest,
  { path, query }: NormalPath,
  hit: GatewayHit,
): Omit<Destination, 'service'> {
  let [host, target, headers, answer] = [request.host, path, request.headers, request.answer]
  const mirrors: Destination['mirrors'][number][] = []
  for (const { requestHeaderModifier, responseHeaderModifier, requestMirror, urlRewrite } of filters) {
    if (requestHeaderModifier) hit('filter/headers')
    if (requestHeaderModifier) headers = changed(headers, requestHeaderModifier)
    if (responseHeaderModifier) hit('filter/answer')
    if (responseHeaderModifier) answer = changed(answer, responseHeaderModifier)
    if (urlRewrite?.hostname !== undefined) hit('filter/rewrite-host')
    host = urlRewrite?.hostname ?? host
    if (urlRewrite?.path) hit(query === undefined ? 'filter/rewrite-prefix' : 'filter/rewrite-path')
    if (urlRewrite?.path) target = replaced(target, replacing, urlRewrite.path)
    if (requestMirror) mirrors.push(...mirrored(objects, from, requestMirror, hit))
  }
  if (host === request.host) hit('filter/host-kept')
  return { host, target: withQuery(target, query), headers: folded(headers), answer: folded(answer), mirrors }
}

export const withQuery = (path: string, query: string | undefined): string =>
  query === undefined ? path : `${path}?${query}`

/** `set` replaces, `add` adds another value, `remove` takes away; case does not count in names. */
function changed(headers: readonly Header[], { set = [], add = [], remove = [] }: HTTPHeaderFilter): readonly Header[] {
  const gone = new Set([...set.map(({ name }) => name), ...remove].map((name) => name.toLowerCase()))
  return [
    ...headers.filter(([name]) => !gone.has(name.toLowerCase())),
    ...[...set, ...add].map(({ name, value }): Header => [name, value]),
  ]
}

/** Which prefix of a path is replaced, and how. */
interface Replacing {
  readonly prefix: string
  readonly reading: Reading
}

const replaced = (
  path: string,
  { prefix, reading }: Replacing,
  { type, replaceFullPath, replacePrefixMatch }: HTTPPathModifier,
): string =>
  type === 'ReplaceFullPath' ? (replaceFullPath ?? '/') : replacePrefix(path, prefix, replacePrefixMatch ?? '', reading)

function mirrored(
  objects: GatewayObjects,
  from: { readonly kind: string; readonly namespace: string },
  { backendRef, percent, fraction }: HTTPRequestMirrorFilter,
  hit: GatewayHit,
): Destination['mirrors'] {
  hit('filter/mirror')
  const service = serviceOf(objects, from, backendRef, hit)
  const share = fraction ? fraction.numerator / (fraction.denominator ?? 100) : (percent ?? 100) / 100
  return service === undefined || share === 0 ? [] : [{ service, share }]
}

function redirected(
  { scheme, hostname, path: modifier, port, statusCode }: HTTPRequestRedirectFilter,
  replacing: Replacing,
  request: GatewayRequest,
  { path, query }: NormalPath,
  hit: GatewayHit,
): Outcome {
  hit('redirect/status')
  hit('redirect/kept')
  hit('redirect/port')
  if (modifier) hit('redirect/path')
  const own = { http: 80, https: 443 }
  const targets = modifier
    ? [withQuery(replaced(path, replacing, modifier), query)]
    : [withQuery(path, query), request.target]
  return {
    kind: 'redirect',
    statuses: [Number(statusCode ?? 302)],
    scheme: (scheme as 'http' | 'https' | undefined) ?? request.scheme,
    host: hostname ?? nameOf(request.host),
    port: port ?? (scheme ? own[scheme as 'http' | 'https'] : request.port),
    targets,
  }
}
