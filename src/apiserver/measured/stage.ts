import { methodNotAllowed } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'
import { findKind } from '../stages/resources.ts'

/** What is measured when it is asked for: `metrics.k8s.io`. */
export const measured =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { info } = exchange
    const kind = info.kind === 'resource' ? findKind(server, info) : undefined
    if (!kind?.isMeasured) return false
    if (kind.deprecation) exchange.warnings.push(kind.deprecation)
    if (info.verb !== 'get' && info.verb !== 'list') throw methodNotAllowed()
    return import('./measured.ts').then(({ readMeasured }) => readMeasured(server, exchange, kind))
  }
