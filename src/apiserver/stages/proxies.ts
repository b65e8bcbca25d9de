import type { Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'
import { remarksOf } from '../verbs/write.ts'
import { findPart } from './resources.ts'

/** `pods/proxy`, `services/proxy` and `nodes/proxy`, and every path below them, by every method. Loaded with the first. */
export const proxies =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource' || findPart(server, info)?.answeredBy !== 'proxy') return false
    return (async () => {
      if (server.registry.isConsulting) {
        const { heardConnection } = await import('../webhooks/connection.ts')
        await heardConnection(server, exchange.caller, info, exchange.query, remarksOf(exchange))
      }
      const { proxyTo } = await import('../proxy/proxied.ts')
      return proxyTo(server, info, exchange)
    })()
  }
