import type { Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'
import { findPart } from './resources.ts'

/** `pods/proxy`, `services/proxy` and `nodes/proxy`, and every path below them, by every method. Loaded with the first. */
export const proxies =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    if (info.kind !== 'resource' || findPart(server, info)?.answeredBy !== 'proxy') return false
    return import('../proxy/proxied.ts').then(({ proxyTo }) => proxyTo(server, info, exchange))
  }
