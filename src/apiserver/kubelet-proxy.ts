import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Container, Pod } from '#api/core-v1.ts'
import { badRequest, failure, internalError } from './errors.ts'
import type { Exchange } from './http/exchange.ts'
import { isTrue } from './http/query.ts'
import type { ResourceRequestInfo } from './http/request-info.ts'
import type { Registry } from './registry/registry.ts'

/** Where the kubelet of a node listens; undefined for a node that has none. */
export type KubeletLocator = (nodeName: string) => { readonly socketPath: string } | undefined

export interface KubeletTarget {
  readonly nodeName: string
  /** Path and query at the kubelet's own HTTP API. */
  readonly path: string
}

const PODS = { group: '', version: 'v1', plural: 'pods', kind: 'Pod' }
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container'

/** The API's query words in the kubelet's: exec and attach name their streams differently there. */
const STREAM_WORDS: Readonly<Record<string, string>> = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' }
const LOG_FLAGS = ['follow', 'previous', 'timestamps']
const LOG_WORDS = ['sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes', 'stream']

/**
 * Where a request for a pod's log, exec, attach or port-forward goes. Throws 400 or 404 where there is nothing to go
 * to.
 */
export const kubeletPath = (registry: Registry, info: ResourceRequestInfo, query: URLSearchParams): KubeletTarget => {
  const resource = registry.machinery.resources.find(({ group, plural }) => group === '' && plural === PODS.plural)!
  const pod = registry.get(resource, info.namespace, info.name) as Pod
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
  const marked = pod.metadata?.annotations?.[DEFAULT_CONTAINER]
  if (subresource !== 'log' && marked && main.includes(marked)) return marked
  if (subresource !== 'log') return main[0]!
  const list = (title: string, all: readonly string[]): string => (all.length > 0 ? `${title}: [${all.join(' ')}]` : '')
  const others = [list(' or one of the init containers', init), list(' or one of the ephemeral containers', ephemeral)]
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata?.name}, choose one of: [${main.join(' ')}]${others.join('')}`,
  )
}

const locate = (kubelet: KubeletLocator, nodeName: string): string => {
  const found = kubelet(nodeName)
  if (!found) throw failure(502, 'BadGateway', `node ${nodeName} has no kubelet that this server can reach`)
  return found.socketPath
}

/**
 * Passes a plain request on and streams the answer back; the answer to a client that leaves is cut at the kubelet too.
 */
export const proxyRequest = (exchange: Exchange, kubelet: KubeletLocator, target: KubeletTarget): Promise<true> =>
  new Promise((resolve, reject) => {
    const { response } = exchange
    const upstream = httpRequest(
      { socketPath: locate(kubelet, target.nodeName), path: target.path, agent: false },
      (answer) => {
        const code = answer.statusCode ?? 502
        response.statusCode = code
        response.setHeader('Content-Type', answer.headers['content-type'] ?? 'text/plain')
        response.setHeader('Cache-Control', 'no-cache, private')
        response.flushHeaders()
        answer.pipe(response)
        // A kubelet that dies in the middle must not look like the log's end.
        answer.on('error', () => response.destroy())
        resolve(true)
      },
    )
    upstream.on('error', (error) => {
      if (response.headersSent) response.destroy()
      else reject(unreachable(target, error))
    })
    response.on('close', () => upstream.destroy())
    upstream.end()
  })

const unreachable = (target: KubeletTarget, error: Error) =>
  internalError(new Error(`the kubelet of node ${target.nodeName} cannot be reached: ${error.message}`))

/** Headers of one hop, and ours, are not passed on; the upgrade's own are written anew. */
const DROPPED = new Set(['authorization', 'host', 'content-length', 'transfer-encoding'])

/**
 * Opens the same upgrade at the kubelet and joins both sockets, byte for byte: WebSocket (GET) and SPDY/3.1 (POST)
 * alike. The kubelet's answer, switching protocols or refusing, goes to the client unread. Rejects where the kubelet
 * cannot be reached.
 */
export const proxyUpgrade = (
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  kubelet: KubeletLocator,
  target: KubeletTarget,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const upstream = connect({ path: locate(kubelet, target.nodeName), allowHalfOpen: true })
    upstream.once('error', (error) => reject(unreachable(target, error)))
    upstream.once('connect', () => {
      const lines = [`${request.method} ${target.path} HTTP/1.1`, 'Host: kubelet']
      for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
        const name = request.rawHeaders[index]!
        if (!DROPPED.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[index + 1]}`)
      }
      if (request.method === 'POST') lines.push('Content-Length: 0')
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
      if (head.length > 0) upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
      resolve()
    })
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
