import { versionInfo } from '../discovery/version.ts'
import { methodNotAllowed, PathNotFound } from '../errors.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Exchange, Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'

type Door = 'healthz' | 'livez' | 'readyz'

interface Check {
  /** As Kubernetes calls it. */
  readonly name: string
  /** The only door that asks it. */
  readonly door?: Door
  /** What is wrong; undefined where it is well. */
  fault(server: ServerContext): string | undefined
}

const well = (): undefined => undefined

const hook = (name: string): Check => ({ name: `poststarthook/${name}`, fault: well })

/**
 * In the order in which they are told, by Kubernetes' names, all of which monitoring and tests may ask for. What a start
 * does is done before anybody is answered.
 */
const CHECKS: readonly Check[] = [
  { name: 'ping', fault: well },
  { name: 'log', fault: well },
  // Whatever keeps objects is asked for by this name.
  {
    name: 'etcd',
    fault: ({ registry }) => (registry.isStalled ? 'the disk takes nothing' : undefined),
  },
  { name: 'etcd-readiness', door: 'readyz', fault: well },
  { name: 'informer-sync', door: 'readyz', fault: well },
  hook('start-apiserver-admission-initializer'),
  hook('generic-apiserver-start-informers'),
  hook('priority-and-fairness-config-consumer'),
  hook('priority-and-fairness-filter'),
  hook('storage-object-count-tracker-hook'),
  hook('start-apiextensions-informers'),
  hook('start-apiextensions-controllers'),
  hook('crd-informer-synced'),
  hook('start-system-namespaces-controller'),
  hook('start-cluster-authentication-info-controller'),
  hook('start-kube-apiserver-identity-lease-controller'),
  hook('start-kube-apiserver-identity-lease-garbage-collector'),
  hook('start-legacy-token-tracking-controller'),
  hook('start-service-ip-repair-controllers'),
  hook('rbac/bootstrap-roles'),
  hook('scheduling/bootstrap-system-priority-classes'),
  hook('priority-and-fairness-config-producer'),
  hook('bootstrap-controller'),
  hook('start-kubernetes-service-cidr-controller'),
  hook('aggregator-reload-proxy-client-cert'),
  hook('start-kube-aggregator-informers'),
  hook('apiservice-status-local-available-controller'),
  hook('apiservice-status-remote-available-controller'),
  hook('apiservice-registration-controller'),
  hook('apiservice-discovery-controller'),
  hook('kube-apiserver-autoregistration'),
  { name: 'autoregister-completion', fault: well },
  hook('apiservice-openapi-controller'),
  hook('apiservice-openapiv3-controller'),
  {
    name: 'shutdown',
    door: 'readyz',
    fault: ({ signal }) => (signal.aborted ? 'process is shutting down' : undefined),
  },
]

const checksOf = (door: Door): readonly Check[] => CHECKS.filter((check) => (check.door ?? door) === door)

const TEXT = 'text/plain; charset=utf-8'
const DOORS: readonly Door[] = ['healthz', 'livez', 'readyz']

/** The paths of health, for who lists paths. */
export const HEALTH_PATHS: readonly string[] = DOORS.flatMap((door) => [
  `/${door}`,
  ...checksOf(door).map(({ name }) => `/${door}/${name}`),
])

/** `/healthz`, `/livez`, `/readyz` (`?verbose`, `?exclude=NAME`), each check below them, and `/version`. */
export const health =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { path } = exchange.info
    if (path === '/version' || path === '/version/') {
      if (exchange.request.method !== 'GET') throw methodNotAllowed()
      return sendBytes(exchange, 200, 'application/json', JSON.stringify(versionInfo(), null, 2))
    }
    const match = /^\/(healthz|livez|readyz)(?:\/(.*))?$/.exec(path)
    if (!match) return false
    exchange.response.setHeader('X-Content-Type-Options', 'nosniff')
    const door = match[1] as Door
    if (match[2] === undefined) return answerAll(server, exchange, door)
    const check = checksOf(door).find(({ name }) => name === match[2])
    if (!check) throw new PathNotFound(path)
    const fault = check.fault(server)
    if (fault === undefined) return sendBytes(exchange, 200, TEXT, 'ok')
    return sendBytes(exchange, 500, TEXT, `internal server error: ${fault}\n`)
  }

/** A fault is told to whoever may ask for that check alone. */
const answerAll = (server: ServerContext, exchange: Exchange, door: Door): true => {
  const unknown = new Set(exchange.query.getAll('exclude'))
  const excluded = new Set(unknown)
  let failed = false
  const lines = checksOf(door).map((check) => {
    unknown.delete(check.name)
    if (excluded.has(check.name)) return `[+]${check.name} excluded: ok\n`
    if (check.fault(server) === undefined) return `[+]${check.name} ok\n`
    failed = true
    return `[-]${check.name} failed: reason withheld\n`
  })
  if (unknown.size > 0) {
    const names = [...unknown].sort().map((name) => JSON.stringify(name))
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(',')}\n`)
  }
  if (failed) return sendBytes(exchange, 500, TEXT, `${lines.join('')}${door} check failed\n`)
  if (!exchange.query.has('verbose')) return sendBytes(exchange, 200, TEXT, 'ok')
  return sendBytes(exchange, 200, TEXT, `${lines.join('')}${door} check passed\n`)
}
