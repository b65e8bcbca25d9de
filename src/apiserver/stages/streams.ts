import { badRequest } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'
import { kubeletPath, proxyRequest } from '../kubelet-proxy.ts'
import type { ServerContext } from '../server-context.ts'
import { checkWayIn } from './access.ts'
import { findPart } from './resources.ts'

/**
 * `pods/log`, streamed from the node's kubelet. exec, attach and port-forward without an upgrade are refused with what
 * is missing.
 */
export const streams =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource') return false
    const part = findPart(server, info)
    if (part?.answeredBy === 'stream') {
      checkWayIn(server, exchange.caller, info)
      throw badRequest('Upgrade request required: exec, attach and port-forward speak WebSocket or SPDY/3.1')
    }
    if (part?.answeredBy !== 'log') return false
    return proxyRequest(exchange, server.kubelet, kubeletPath(server.registry, info, exchange.query))
  }
