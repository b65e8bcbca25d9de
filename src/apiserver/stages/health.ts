import { versionInfo } from '../discovery/version.ts'
import { sendBytes } from '../http/answer/respond.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'

const CHECKS = /^\/(healthz|livez|readyz)(\/.*)?$/

/** `/healthz`, `/livez`, `/readyz` (`?verbose`) and `/version`. */
export const health =
  (server: ServerContext): Stage =>
  (exchange) => {
    const { path } = exchange.info
    if (path === '/version' || path === '/version/') {
      return sendBytes(exchange, 200, 'application/json', JSON.stringify(versionInfo(), null, 2))
    }
    const match = CHECKS.exec(path)
    if (!match) return false
    const ready = match[1] !== 'readyz' || server.isReady()
    const state = ready ? '[+]ping ok' : '[-]bootstrap not finished'
    const text = exchange.query.has('verbose')
      ? `${state}\n${match[1]} check ${ready ? 'passed' : 'failed'}\n`
      : ready
        ? 'ok'
        : `${state}\n`
    return sendBytes(exchange, ready ? 200 : 500, 'text/plain; charset=utf-8', text)
  }
