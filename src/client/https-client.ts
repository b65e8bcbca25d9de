import { readFileSync } from 'node:fs'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls'
import { socketText } from '#net/port-protocol.ts'
import { fileToken } from './changing-file.ts'
import type { Credentials } from './kubeconfig/exec-credential.ts'
import { openTunnel } from './proxy/tunnel.ts'
import type { Transport } from './wire/transport.ts'

/** Where an API server is and how to prove who asks. PEM texts. */
export interface HttpsTarget {
  /** `https://10.96.0.1:443`, or http; a path is kept in front of all others. */
  readonly server: string
  readonly ca?: string
  /** The name that the server's certificate is checked against, where it is not the URL's. */
  readonly serverName?: string
  readonly insecureSkipVerify?: boolean
  readonly certificate?: string
  readonly key?: string
  /** Asked for on each request, so that a rotated token is used at once. */
  readonly token?: () => string
  /** Looks for another token, since the server did not take this one; whether there is one. */
  readonly renewToken?: () => boolean
  /** What a program gives, asked for on each request; goes before what stands above. */
  readonly credentials?: () => Credentials
  /** Of every request, in lower case: a password's authorization, whom to act as. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Every connection is made through it. */
  readonly proxy?: URL
}

export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What a pod finds in itself: the token and CA of its ServiceAccount, the server by environment or by name. */
export const targetInPod = (
  folder = SERVICE_ACCOUNT_FOLDER,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): HttpsTarget => {
  const host = environment.KUBERNETES_SERVICE_HOST ?? 'kubernetes.default.svc'
  const port = environment.KUBERNETES_SERVICE_PORT ?? '443'
  return {
    server: `https://${socketText(host, Number(port))}`,
    ca: readFileSync(`${folder}/ca.crt`, 'utf8'),
    ...fileToken(`${folder}/token`),
  }
}

/** Requests to one server: over TLS, or plainly where its URL says http. TLS sessions and connections are kept. */
export const httpsTransport = (target: HttpsTarget): Transport => {
  const url = new URL(target.server)
  const secure = url.protocol === 'https:'
  const prefix = url.pathname.replace(/\/+$/, '')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const agents = new Map<string, HttpAgent>()
  /** Connections are kept for as long as the client's certificate is the same. */
  const agentFor = ({ certificate, key }: Credentials): HttpAgent => {
    const known = agents.get(certificate ?? '')
    if (known) return known
    const agent = secure ? new HttpsAgent(tlsOptions(target, certificate, key)) : new HttpAgent({ keepAlive: true })
    if (target.proxy) leadThrough(agent, target.proxy, target)
    agents.set(certificate ?? '', agent)
    return agent
  }
  return {
    target: url.origin,
    open(options, onResponse) {
      const { certificate, key, credentials } = target
      const given = { ...(certificate && key && { certificate, key }), ...credentials?.() }
      const token = given.token ?? target.token?.()
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const own = options.headers as Record<string, string>
      const headers = { ...own, ...target.headers, ...authorization, host: url.host }
      const path = `${prefix}${options.path}`
      const port = url.port || (secure ? 443 : 80)
      const open = secure ? httpsRequest : httpRequest
      return open({ ...options, headers, path, agent: agentFor(given), host, port }, onResponse)
    },
    recover: (_, trouble) => 'status' in trouble && trouble.status === 401 && target.renewToken?.() === true,
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

const tlsOptions = (target: HttpsTarget, cert: string | undefined, key: string | undefined): AgentOptions => ({
  keepAlive: true,
  // A server that is gone without a word is found out; Node.js' own second would be a packet a second and watch.
  keepAliveMsecs: 30_000,
  ...(target.ca !== undefined ? { ca: target.ca } : {}),
  ...(cert !== undefined ? { cert } : {}),
  ...(key !== undefined ? { key } : {}),
  ...(target.serverName ? { servername: target.serverName } : {}),
  rejectUnauthorized: target.insecureSkipVerify !== true,
})

/** Makes an agent's connections those of a proxy. */
const leadThrough = (agent: HttpAgent, proxy: URL, { ca, insecureSkipVerify }: HttpsTarget): void => {
  agent.createConnection = (options, onCreate) => {
    const { host, port } = options as { readonly host: string; readonly port: number | string }
    const done = onCreate as (error: Error | null, socket?: Duplex) => void
    // As Go has it: a proxy is held against the same authority as the server.
    openTunnel(proxy, host, Number(port), { ca, rejectUnauthorized: insecureSkipVerify !== true }).then(
      (socket) =>
        done(null, agent instanceof HttpsAgent ? tlsConnect({ ...(options as ConnectionOptions), socket }) : socket),
      done,
    )
    return undefined
  }
}
