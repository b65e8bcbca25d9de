import type { Stage } from '../http/exchange.ts'
import { isProxied } from '../proxy/is-proxied.ts'
import type { ServerContext } from '../server-context.ts'

/** `pods/proxy`, `services/proxy` and `nodes/proxy`, and every path below them, by every method. */
export const proxies =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource' || !isProxied(info)) return false
    return import('../proxy/proxied.ts').then(({ proxyTo }) => proxyTo(server, info, exchange))
  }
