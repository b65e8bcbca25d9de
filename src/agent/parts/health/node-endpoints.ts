import type { RequestListener } from 'node:http'
import type { Node } from '#api/core/node/message.ts'
import type { PartState } from '../../runner/part.ts'
import type { ProxyHealth } from '../services/proxy-health.ts'
import { isNodeEligible } from './node-eligible.ts'

/** kube-proxy's ports: --healthz-bind-address and --metrics-bind-address. */
export const HEALTHZ_PORT = 10256
export const METRICS_PORT = 10249
/**
 * Where each listens, as kube-proxy's by default: a load balancer asks for health from elsewhere; metrics tell of every
 * Service and are without authentication, so who reads them stands on the node.
 */
export const HEALTHZ_ADDRESSES: readonly string[] = ['0.0.0.0', '::']
export const METRICS_ADDRESSES: readonly string[] = ['127.0.0.1', '::1']

/** As Go writes a time, which is what kube-proxy answers: `2026-01-01 00:00:00.123 +0000 UTC`. */
const goTime = (ms: number | undefined): string => {
  if (ms === undefined) return '0001-01-01 00:00:00 +0000 UTC'
  const [day, time] = new Date(ms).toISOString().split('T') as [string, string]
  return `${day} ${time.replace(/\.?0*Z$/, '')} +0000 UTC`
}

const pathOf = (url: string | undefined): string => (url ?? '').split('?', 1)[0]!

/**
 * `:10256`. /healthz asks whether the node shall get traffic, /livez whether the proxy should be restarted: a node that
 * goes away is no reason for that (KEP-3836), nor is another part at fault, which is tried again. /readyz tells of each
 * part whether it is ready.
 */
export const healthHandler =
  (options: {
    /** Of the proxy; where the node runs none, nothing can be behind. */
    readonly health: () => Pick<ProxyHealth, 'isHealthy' | 'lastUpdated'>
    readonly node: () => Node | undefined
    /** What keeps pods of the node from working. */
    readonly podFault: () => string | undefined
    readonly parts: () => readonly PartState[]
    readonly now: () => number
    readonly onAnswer: (path: 'healthz' | 'livez', code: number) => void
  }): RequestListener =>
  (request, response) => {
    const { health, node, podFault, parts, now, onAnswer } = options
    const answer = (code: number, body: object): void => {
      response.writeHead(code, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' })
      response.end(JSON.stringify(body))
    }
    const proxy = health()
    const times = { lastUpdated: goTime(proxy.lastUpdated()), currentTime: goTime(now()) }
    switch (pathOf(request.url)) {
      case '/healthz': {
        const nodeEligible = isNodeEligible(node())
        const code = proxy.isHealthy() && nodeEligible && podFault() === undefined ? 200 : 503
        onAnswer('healthz', code)
        return answer(code, { ...times, nodeEligible })
      }
      case '/livez': {
        const code = proxy.isHealthy() ? 200 : 503
        onAnswer('livez', code)
        return answer(code, times)
      }
      case '/readyz': {
        const states = parts()
        const ready = states.every((part) => part.ready)
        return answer(ready ? 200 : 503, { ready, parts: states })
      }
      default:
        response
          .writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' })
          .end('/healthz, /livez and /readyz are served here\n')
    }
  }

/** `127.0.0.1:10249`: what kube-proxy serves there that has a meaning here. */
export const metricsHandler =
  (render: () => string): RequestListener =>
  (request, response) => {
    const text = (code: number, body: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(code, { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' }).end(body)
    switch (pathOf(request.url)) {
      case '/metrics':
        return text(200, render(), 'text/plain; version=0.0.4; charset=utf-8')
      case '/healthz':
        return text(200, 'ok')
      case '/proxyMode':
        return text(200, 'nftables')
      default:
        return text(404, '/metrics, /healthz and /proxyMode are served here\n')
    }
  }
