import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HTTPGetAction } from '#api/core/pod/spec/probe.ts'
import { socketText } from '#net/port-protocol.ts'
import type { Dialer } from '../pod-network.ts'

export interface HttpTarget {
  readonly scheme: 'HTTP' | 'HTTPS'
  readonly host: string
  readonly port: number
  readonly path: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** Who asks, where no header of the target's own says it. */
  readonly agent: string
}

export const PROBE_AGENT = 'kube-probe/1.36'
export const HOOK_AGENT = 'kube-lifecycle/1.36'

interface HttpAnswer {
  readonly status: number
  readonly location?: string
}

const MAX_REDIRECTS = 10

/** As OpenSSL tells of an answer that is no TLS, and as Go does. */
const NO_TLS = /wrong version number|packet length too long/
const PLAIN_ANSWER = 'http: server gave HTTP response to HTTPS client'
/** Whether a request failed since it was HTTPS and the answer was not. */
export const isPlainAnswer = (error: unknown): boolean => (error as Error).message === PLAIN_ANSWER

/**
 * Where an httpGet goes: the pod unless it names a host, by http unless it names a scheme. `agent` becomes the
 * User-Agent.
 */
export const httpTarget = (action: HTTPGetAction, port: number, podIP: string, agent: string): HttpTarget => ({
  scheme: action.scheme ?? 'HTTP',
  host: action.host || podIP,
  port,
  path: action.path ? (action.path.startsWith('/') ? action.path : `/${action.path}`) : '/',
  headers: action.httpHeaders ?? [],
  agent,
})

/** For messages. */
export const targetUrl = ({ scheme, host, port, path }: HttpTarget): string =>
  `${scheme.toLowerCase()}://${socketText(host, port)}${path}`

/** Over TLS the certificate is not verified, as in Kubernetes: a probe asks whether somebody answers, not who. */
const connector = async (dialer: Dialer, { scheme, host, port }: HttpTarget): Promise<() => Duplex> => {
  if (scheme === 'HTTP') return () => dialer.connect(host, port)
  const { connect } = await import('node:tls')
  return () => connect({ socket: dialer.connect(host, port), rejectUnauthorized: false })
}

const ask = async (dialer: Dialer, target: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> => {
  const connect = await connector(dialer, target)
  const headers: Record<string, string> = { 'user-agent': target.agent, accept: '*/*', connection: 'close' }
  for (const { name, value } of target.headers) headers[name.toLowerCase()] = value
  headers.host ??= socketText(target.host, target.port)
  return await new Promise((resolve, reject) => {
    // Made in the turn in which it gets its listeners: where there is no route, its error comes before any other turn,
    // and one that nobody hears would end this process.
    const socket = connect()
    const done = (answer: IncomingMessage) => {
      // The body is none of a probe's business.
      answer.destroy()
      socket.destroy()
      resolve({ status: answer.statusCode ?? 0, ...(answer.headers.location && { location: answer.headers.location }) })
    }
    const failed = (error: Error) => {
      socket.destroy()
      reject(NO_TLS.test(error.message) ? new Error(PLAIN_ANSWER, { cause: error }) : error)
    }
    let call: ClientRequest
    try {
      const options = { method: 'GET', path: target.path, headers, setHost: false, signal }
      call = request({ ...options, createConnection: () => socket }, done)
    } catch (error) {
      // A path or a header that no request can say: nobody else would hear of the connection then.
      socket.on('error', () => undefined)
      failed(error as Error)
      return
    }
    call.on('error', failed)
    call.end()
  })
}

/**
 * GETs the target from the node's network. Redirects are followed on the same host only; one that leads elsewhere is an
 * answer.
 */
export const httpGet = async (dialer: Dialer, first: HttpTarget, signal: AbortSignal): Promise<HttpAnswer> => {
  let target = first
  for (let i = 0; ; i++) {
    const answer = await ask(dialer, target, signal)
    if (answer.status < 300 || answer.status >= 400 || answer.location === undefined || answer.status === 304)
      return answer
    const next = new URL(answer.location, targetUrl(target))
    const host = next.hostname.replace(/^\[|\]$/g, '')
    if (host !== target.host) return answer
    // So many requests in all, as Go counts them.
    if (i + 1 >= MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`)
    target = {
      ...target,
      scheme: next.protocol === 'https:' ? 'HTTPS' : 'HTTP',
      port: Number(next.port) || (next.protocol === 'https:' ? 443 : 80),
      path: `${next.pathname}${next.search}`,
    }
  }
}
