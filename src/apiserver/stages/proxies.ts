import type { Stage } from '../http/exchange.ts'
import { isProxied, proxyTo } from '../proxy/proxied.ts'
import type { ServerContext } from '../server-context.ts'

/** `pods/proxy`, `services/proxy` and `nodes/proxy`, and every path below them, by every method. */
export const proxies =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    return info.kind === 'resource' && isProxied(info) ? proxyTo(server, info, exchange) : false
  }
