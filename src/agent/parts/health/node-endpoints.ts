import type { RequestListener } from 'node:http'
import type { Node } from '#api/core/node/message.ts'
import { isNodeEligible, type ProxyHealth } from '../services/proxy-health.ts'

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
 * goes away is no reason for that (KEP-3836).
 */
export const healthHandler =
  (options: {
    readonly health: ProxyHealth
    readonly node: () => Node | undefined
    readonly now: () => number
    readonly onAnswer: (path: 'healthz' | 'livez', code: number) => void
  }): RequestListener =>
  (request, response) => {
    const path = pathOf(request.url)
    if (path !== '/healthz' && path !== '/livez') {
      response
        .writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' })
        .end('/healthz and /livez are served here\n')
      return
    }
    const { health, now, onAnswer } = options
    const eligible = isNodeEligible(options.node())
    const asked = path === '/healthz'
    const code = health.isHealthy() && (!asked || eligible) ? 200 : 503
    onAnswer(asked ? 'healthz' : 'livez', code)
    response.writeHead(code, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' })
    const body = { lastUpdated: goTime(health.lastUpdated()), currentTime: goTime(now()) }
    response.end(JSON.stringify(asked ? { ...body, nodeEligible: eligible } : body))
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
