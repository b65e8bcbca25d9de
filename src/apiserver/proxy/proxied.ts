import type { IncomingMessage } from 'node:http'
import { posix } from 'node:path'
import { methodNotAllowed, noSuchResource } from '../errors.ts'
import type { Exchange } from '../http/request/exchange.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { ServerContext } from '../server-context.ts'
import { findKind } from '../stages/resources.ts'
import { findDestination } from './find-destination.ts'
import { forward, unreachable } from './forward.ts'
import { forwardUpgrade, type UpgradingClient } from './forward-upgrade.ts'
import { requestHeaders } from './proxied-headers.ts'

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])

interface ProxiedPath {
  /** Up to `/proxy`, as the client wrote it. */
  readonly prefix: string
  /** What is asked of the other side, as it was written, encoding and all, but for dots; empty, or from a slash on. */
  readonly path: string
  /** With its question mark; empty where there is none. */
  readonly search: string
}

/** So many words of a path, however its slashes are written. */
const wordsOf = (count: number): RegExp => new RegExp(`^(?:(?:/|%2f)+(?:(?!%2f)[^/])+){${count}}`, 'i')
const [IN_NAMESPACE, IN_CLUSTER] = [wordsOf(7), wordsOf(5)]
const DOTS = /(?:^|\/)\.\.?(?:\/|$)/

/** Without segments that lead upwards, encoded or not: what is proxied to has paths of its own in front. */
const withoutDots = (path: string): string => {
  const decoded = decodeURIComponent(path)
  if (!DOTS.test(decoded)) return path
  return posix.normalize(`/${decoded}`).split('/').map(encodeURIComponent).join('/')
}

const splitPath = (info: ResourceRequestInfo, request: IncomingMessage): ProxiedPath => {
  const [written = ''] = request.url!.split('?', 1)
  const prefix = (info.namespace ? IN_NAMESPACE : IN_CLUSTER).exec(written)![0]
  const path = written.slice(prefix.length).replace(/^%2f/i, '/')
  return { prefix, path: withoutDots(path), search: request.url!.slice(written.length) }
}

const check = (server: ServerContext, info: ResourceRequestInfo, request: IncomingMessage): void => {
  const kind = findKind(server, info)
  if (kind?.resource.namespaced !== (info.namespace !== '')) throw noSuchResource()
  if (!METHODS.has(request.method!)) throw methodNotAllowed()
}

/** Answers a request for what is behind a pod, a Service or a node. Rejects with the refusal. */
export const proxyTo = async (server: ServerContext, info: ResourceRequestInfo, exchange: Exchange): Promise<true> => {
  const { request, response } = exchange
  check(server, info, request)
  const destination = findDestination(server, info)
  const { prefix, path, search } = splitPath(info, request)
  if (path === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    // Without the slash, a page's relative links would lead beside the proxy.
    response.writeHead(301, { Location: `${prefix}/${search}`, 'Content-Length': 0 }).end()
    return true
  }
  const hosts = [destination.authority, ...(request.headers.host ? [request.headers.host] : [])]
  return forward(exchange, destination, `${path || '/'}${search}`, { prefix, hosts })
}

/** The same for a connection that asks for another protocol. */
export const proxyUpgradeTo = async (
  server: ServerContext,
  info: ResourceRequestInfo,
  request: IncomingMessage,
  client: UpgradingClient,
): Promise<void> => {
  check(server, info, request)
  const destination = findDestination(server, info)
  const { path, search } = splitPath(info, request)
  const headers = requestHeaders(request, { path: info.path, upgrade: request.headers.upgrade })
  const proxied = { method: request.method!, path: `${path || '/'}${search}`, headers }
  return forwardUpgrade(client, destination, proxied, (error) => unreachable(destination, error))
}
