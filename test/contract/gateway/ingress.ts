import type { HTTPIngressPath, Ingress, IngressBackend } from '#api/networking/ingress/message.ts'
import type { GatewayHit } from './clauses.ts'
import { withQuery } from './handling.ts'
import { byAge } from './listeners.ts'
import { folded, type GatewayObjects, type GatewayRequest, type Outcome, type Reading } from './model.ts'
import { hasPrefix, isNamed, type NormalPath, nameOf, withoutSlash } from './paths.ts'

const CONTROLLER = 'fairlead.dev/gateway-controller'
const ANNOTATION = 'nginx.ingress.kubernetes.io'

interface Rule {
  readonly ingress: Ingress
  readonly host: string
  readonly path: HTTPIngressPath
}

/** What Ingresses promise of a request. */
export function byIngresses(
  objects: GatewayObjects,
  request: GatewayRequest,
  path: NormalPath,
  reading: Reading,
  hit: GatewayHit,
): readonly Outcome[] {
  const ingresses = objects.ingresses.filter((one) => isOurs(objects, one, hit)).sort(byAge)
  // Nobody needs an address then.
  if (ingresses.length === 0 || ![80, 443].includes(request.port)) return [{ kind: 'unserved' }]
  const name = nameOf(request.host)
  const tls = overTls(ingresses, name, request)
  const rules = ingresses.flatMap((ingress) =>
    (ingress.spec?.rules ?? []).flatMap(({ host = '', http }) =>
      isNamed(host, name, 'one') ? (http?.paths ?? []).map((one): Rule => ({ ingress, host, path: one })) : [],
    ),
  )
  const [first] = rules
    .filter((rule) => takes(rule, path.path, hit))
    .sort((one, other) => precedence(one, other, reading, hit))
  const isTooWide = ({ host = '' }) => isNamed(host, name) && !isNamed(host, name, 'one')
  if (ingresses.some(({ spec }) => spec?.rules?.some(isTooWide))) hit('ingress/wildcard')
  const fallback = defaultFor(ingresses, name, first, reading, hit)
  if (fallback)
    return [...tls, ...forwarded(objects, fallback.ingress, fallback.backend, undefined, request, path, hit)]
  if (first === undefined) {
    hit('ingress/none')
    return [...tls, { kind: 'status', statuses: [404] }]
  }
  hit(first.host === '' ? 'ingress/any-host' : first.host.startsWith('*.') ? 'ingress/wildcard' : 'ingress/host')
  return [...tls, ...forwarded(objects, first.ingress, first.path.backend, first.path, request, path, hit)]
}

function isOurs({ ingressClasses }: GatewayObjects, { spec }: Ingress, hit: GatewayHit): boolean {
  const named = ingressClasses.find(({ metadata }) => metadata?.name === spec?.ingressClassName)
  const ours = named?.spec?.controller === CONTROLLER
  if (!ours) hit('ingress/class')
  return ours
}

const hostRank = (host: string): number => (host === '' ? 0 : host.startsWith('*.') ? 1 : 2)

/** Whether an Ingress has a path's regular expression put into its rewrite-target. */
const target = ({ metadata }: Ingress): string | undefined => metadata?.annotations?.[`${ANNOTATION}/rewrite-target`]
const isExpression = ({ ingress, path }: Pick<Rule, 'ingress' | 'path'>): boolean =>
  (target(ingress) ?? '').includes('$') && (path.pathType === 'ImplementationSpecific' || /[(*|]/.test(path.path ?? ''))
const expression = ({ path = '' }: HTTPIngressPath): RegExp => new RegExp(`^${path}`, 'is')

function takes(rule: Rule, path: string, hit: GatewayHit): boolean {
  const { pathType, path: own = '' } = rule.path
  if (isExpression(rule)) return expression(rule.path).test(path)
  hit(pathType === 'Exact' ? 'ingress/exact' : 'ingress/prefix')
  return pathType === 'Exact' ? path === own : hasPrefix(path, own || '/')
}

function precedence(one: Rule, other: Rule, { expressions }: Reading, hit: GatewayHit): number {
  const byHost = hostRank(other.host) - hostRank(one.host)
  if (byHost !== 0) return byHost
  const byKind = Number(isExpression(one)) - Number(isExpression(other))
  if (byKind !== 0 && expressions === 'last') return byKind
  const length = ({ path: { path = '' } }: Rule) => withoutSlash(path).length
  const byLength = length(other) - length(one)
  if (byLength !== 0) hit('ingress/longest')
  if (byLength !== 0) return byLength
  const exact = (rule: Rule) => (rule.path.pathType === 'Exact' && !isExpression(rule) ? 1 : 0)
  const byType = exact(other) - exact(one)
  hit(byType === 0 ? 'ingress/oldest' : 'ingress/exact-first')
  // Of equal ones the order stays, which is that of their ages.
  return byType
}

/** The default backend that takes a request, which is the oldest one; undefined: there is none, or a rule goes before it. */
function defaultFor(
  ingresses: readonly Ingress[],
  name: string,
  rule: Rule | undefined,
  { defaults }: Reading,
  hit: GatewayHit,
): { readonly ingress: Ingress; readonly backend: IngressBackend } | undefined {
  const having = ingresses
    .flatMap((ingress) => {
      const { defaultBackend: backend, rules = [] } = ingress.spec ?? {}
      if (backend === undefined) return []
      const hosts = rules.map(({ host = '' }) => host).filter((host) => isNamed(host, name, 'one'))
      const isForAll = defaults === 'of-all' || rules.length === 0
      return (isForAll ? [''] : hosts).map((host) => ({ ingress, backend, host }))
    })
    .sort((one, other) => hostRank(other.host) - hostRank(one.host))
  const [first] = having
  if (first === undefined) return undefined
  if (having.length > 1) hit('ingress/oldest')
  if (rule && (defaults === 'of-all' || hostRank(rule.host) >= hostRank(first.host))) return undefined
  hit('ingress/default')
  return first
}

const tlsHosts = ({ spec }: Ingress): readonly string[] => (spec?.tls ?? []).flatMap(({ hosts }) => hosts ?? [])

/** What else may become of a request over TLS: Ingresses say which hosts have it, and nothing of the others. */
function overTls(ingresses: readonly Ingress[], name: string, request: GatewayRequest): readonly Outcome[] {
  if (request.scheme !== 'https') return []
  const sni = nameOf(request.sni ?? '')
  const isHeld = ingresses.some((one) => tlsHosts(one).some((host) => host === name))
  return isHeld && sni === name ? [] : [{ kind: 'unserved' }, { kind: 'status', statuses: [404, 421] }]
}

function forwarded(
  objects: GatewayObjects,
  ingress: Ingress,
  { service }: IngressBackend,
  rule: HTTPIngressPath | undefined,
  request: GatewayRequest,
  { path, query }: NormalPath,
  hit: GatewayHit,
): readonly Outcome[] {
  const name = nameOf(request.host)
  const namespace = ingress.metadata?.namespace
  const found = objects.services.find(
    ({ metadata }) => metadata?.namespace === namespace && metadata?.name === service?.name,
  )
  const port = found?.spec?.ports?.find(
    (one) =>
      (one.protocol ?? 'TCP') === 'TCP' &&
      (service?.port?.name ? one.name === service.port.name : one.port === service?.port?.number),
  )
  if (service?.port?.name) hit('ingress/port-name')
  if (port === undefined) hit('ingress/missing')
  const targets = rewritten(ingress, rule, path, hit)
  const [headers, answer] = [folded(request.headers), folded(request.answer)]
  const normal: readonly Outcome[] =
    port === undefined
      ? [{ kind: 'status', statuses: [503] }]
      : targets.map((one) => {
          const to = { service: `${namespace}/${service?.name}:${port.port}`, host: request.host, headers, answer }
          return { kind: 'forward', shares: [{ share: 1, to: { ...to, target: withQuery(one, query), mirrors: [] } }] }
        })
  if (request.scheme === 'https') return normal
  const redirect: Outcome = {
    kind: 'redirect',
    statuses: [301, 302, 307, 308],
    scheme: 'https',
    host: name,
    port: 443,
    targets: [withQuery(path, query), request.target],
  }
  const has = (one: Ingress) => tlsHosts(one).some((host) => isNamed(host, name, 'one'))
  const said = ingress.metadata?.annotations?.[`${ANNOTATION}/ssl-redirect`]
  if (said === 'false') hit('ingress/https-off')
  if (said === 'false' || !objects.ingresses.some(has)) return normal
  if (said !== 'true' || !has(ingress)) return [...normal, redirect]
  hit('ingress/https')
  return [redirect]
}

/** A default backend has no path of its own to rewrite: it may get the request's, or what is left of the target. */
function rewritten(
  ingress: Ingress,
  rule: HTTPIngressPath | undefined,
  path: string,
  hit: GatewayHit,
): readonly string[] {
  const to = target(ingress)
  if (to === undefined) return [path]
  const filled = (groups: readonly string[]) =>
    to.replace(/\$(\d)/g, (_, number: string) => groups[Number(number)] ?? '')
  if (rule === undefined) return [path, filled([])]
  const groups = isExpression({ ingress, path: rule }) ? expression(rule).exec(path) : undefined
  hit(groups ? 'ingress/rewrite-groups' : 'ingress/rewrite')
  return [filled(groups ?? [])]
}
