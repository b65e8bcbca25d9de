import { badRequest, methodNotAllowed } from '../errors.ts'
import type { Stage } from '../http/exchange.ts'
import { kubeletPath, proxyRequest } from '../kubelet-proxy.ts'
import type { ServerContext } from '../server-context.ts'
import { STREAMS } from '../upgrade.ts'

/**
 * `pods/log`, streamed from the node's kubelet. exec, attach and port-forward without an upgrade are refused with what
 * is missing.
 */
export const streams =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource' || info.group !== '' || info.resource !== 'pods') return false
    if (STREAMS.has(info.subresource)) {
      throw badRequest('Upgrade request required: exec, attach and port-forward speak WebSocket or SPDY/3.1')
    }
    if (info.subresource !== 'log') return false
    if (info.verb !== 'get') throw methodNotAllowed()
    return proxyRequest(exchange, server.kubelet, kubeletPath(server.registry, info, exchange.query))
  }
