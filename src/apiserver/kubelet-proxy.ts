import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import { DEFAULT_CONTAINER_ANNOTATION } from '#objects/well-known.ts'
import { badRequest, failure, internalError } from './errors.ts'
import type { Exchange } from './http/request/exchange.ts'
import { isTrue } from './http/request/query.ts'
import type { ResourceRequestInfo } from './http/request/request-info.ts'
import type { Destination } from './proxy/destination.ts'
import { openRequest } from './proxy/forward.ts'
import type { UpgradingClient } from './proxy/forward-upgrade.ts'
import { requestHeaders } from './proxy/proxied-headers.ts'
import type { Registry } from './registry/registry.ts'

interface FoundKubelet {
  readonly socketPath: string
  /** In front of all of its own. */
  readonly path?: string
  /** For tests: how long it may take to begin an answer, milliseconds. */
  readonly patience?: number
}

/** Where the kubelet of a node listens; undefined for a node that has none. */
export type KubeletLocator = (nodeName: string) => FoundKubelet | undefined

/** A kubelet begins every answer at once: one that does not is stopped. */
const PATIENCE = 15_000

interface KubeletTarget {
  readonly nodeName: string
  /** Path and query at the kubelet's own HTTP API. */
  readonly path: string
}

/** The API's query words in the kubelet's: exec and attach name their streams differently there. */
const STREAM_WORDS: Readonly<Record<string, string>> = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' }
const LOG_FLAGS = ['follow', 'previous', 'timestamps']
const LOG_WORDS = ['sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes', 'stream']

/**
 * Where a request for a pod's log, exec, attach or port-forward goes. Throws 400 or 404 where there is nothing to go
 * to.
 */
export const kubeletPath = (registry: Registry, info: ResourceRequestInfo, query: URLSearchParams): KubeletTarget => {
  const pod = registry.get(pods, info.namespace, info.name) as Pod
  const nodeName = pod.spec?.nodeName
  const where = `${info.namespace}/${info.name}`
  if (!nodeName) throw badRequest(`pod ${info.name} does not have a host assigned`)
  if (info.subresource === 'portforward') {
    const ports = query.getAll('ports').flatMap((text) => text.split(','))
    const words = new URLSearchParams(ports.map((port): [string, string] => ['port', port]))
    return { nodeName, path: withQuery(`/portForward/${where}`, words) }
  }
  const container = encodeURIComponent(containerOf(pod, query.get('container') ?? '', info.subresource))
  const words = new URLSearchParams()
  if (info.subresource === 'log') {
    for (const name of LOG_FLAGS) if (isTrue(query.get(name))) words.set(name, 'true')
    for (const name of LOG_WORDS) if (query.has(name)) words.set(name, query.get(name)!)
    return { nodeName, path: withQuery(`/containerLogs/${where}/${container}`, words) }
  }
  for (const [name, word] of Object.entries(STREAM_WORDS)) {
    if (isTrue(query.get(name))) words.set(word, '1')
  }
  if (info.subresource === 'attach') return { nodeName, path: withQuery(`/attach/${where}/${container}`, words) }
  for (const command of query.getAll('command')) words.append('command', command)
  return { nodeName, path: withQuery(`/exec/${where}/${container}`, words) }
}

const withQuery = (path: string, query: URLSearchParams): string => (query.size > 0 ? `${path}?${query}` : path)

const containerOf = (pod: Pod, asked: string, subresource: string): string => {
  const names = (containers: readonly Pick<Container, 'name'>[] | undefined): readonly string[] =>
    (containers ?? []).map(({ name }) => name ?? '')
  const main = names(pod.spec?.containers)
  const init = names(pod.spec?.initContainers)
  const ephemeral = (pod.spec?.ephemeralContainers ?? []).map(
    (container) => (container as { name?: string }).name ?? '',
  )
  if (asked) {
    if ([...main, ...init, ...ephemeral].includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata?.name}`)
  }
  if (main.length === 1 && (init.length + ephemeral.length === 0 || subresource !== 'log')) return main[0]!
  const marked = pod.metadata?.annotations?.[DEFAULT_CONTAINER_ANNOTATION]
  if (subresource !== 'log' && marked && main.includes(marked)) return marked
  if (subresource !== 'log') return main[0]!
  const list = (title: string, all: readonly string[]): string => (all.length > 0 ? `${title}: [${all.join(' ')}]` : '')
  const others = [list(' or one of the init containers', init), list(' or one of the ephemeral containers', ephemeral)]
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata?.name}, choose one of: [${main.join(' ')}]${others.join('')}`,
  )
}

/** The kubelet of a node, by its socket. Throws 502 where there is none. */
export const kubeletDestination = (kubelet: KubeletLocator, nodeName: string): Destination => {
  const found = kubelet(nodeName)
  if (!found) throw failure(502, 'BadGateway', `node ${nodeName} has no kubelet that this server can reach`)
  const { socketPath, path = '', patience = PATIENCE } = found
  return {
    authority: `the kubelet of node ${nodeName}`,
    path,
    patience,
    connect: () => connect({ path: socketPath, allowHalfOpen: true }),
  }
}

/**
 * Passes a plain request on and streams the answer back; the answer to a client that leaves is cut at the kubelet too.
 */
export const proxyRequest = (exchange: Exchange, kubelet: KubeletLocator, target: KubeletTarget): Promise<true> =>
  new Promise((resolve, reject) => {
    const { response } = exchange
    const destination = kubeletDestination(kubelet, target.nodeName)
    const upstream = openRequest(destination, { method: 'GET', path: target.path, headers: ['Host', 'kubelet'] })
    upstream.on('response', (answer) => {
      try {
        response.statusCode = answer.statusCode ?? 502
        response.setHeader('Content-Type', answer.headers['content-type'] ?? 'text/plain')
        response.setHeader('Cache-Control', 'no-cache, private')
        response.flushHeaders()
      } catch (error) {
        upstream.destroy()
        reject(unreachable(target, error as Error))
        return
      }
      answer.pipe(response)
      // A kubelet that dies in the middle must not look like the log's end.
      answer.on('error', () => response.destroy())
      resolve(true)
    })
    upstream.on('error', (error) => {
      if (response.headersSent) response.destroy()
      else reject(unreachable(target, error))
    })
    response.on('close', () => upstream.destroy())
    upstream.end()
  })

const unreachable = (target: KubeletTarget, error: Error) =>
  internalError(new Error(`the kubelet of node ${target.nodeName} cannot be reached: ${error.message}`))

/**
 * Opens the same upgrade at the kubelet, WebSocket (GET) and SPDY/3.1 (POST) alike. Rejects where the kubelet cannot be
 * reached.
 */
export const proxyUpgrade = async (
  request: IncomingMessage,
  client: UpgradingClient,
  kubelet: KubeletLocator,
  target: KubeletTarget,
): Promise<void> => {
  const { forwardUpgrade } = await import('./proxy/forward-upgrade.ts')
  const { path } = target
  const headers = requestHeaders(request, { path, upgrade: request.headers.upgrade })
  const proxied = { method: request.method!, path, headers }
  return forwardUpgrade(client, kubeletDestination(kubelet, target.nodeName), proxied, (error) =>
    unreachable(target, error),
  )
}
