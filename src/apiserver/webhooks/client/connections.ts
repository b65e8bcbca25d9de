import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, getCACertificates, type SecureContext, connect as tlsConnect } from 'node:tls'
import type { Dial } from '../../proxy/destination.ts'
import type { WebhookLocation } from './webhook-config.ts'

/** Where a Service's port leads at this moment. Throws ApiError 404 and 503. */
export type ResolveService = (
  namespace: string,
  name: string,
  port: number,
) => { readonly address: string; readonly port: number }

/** Webhooks whose connections are kept; the one that was asked longest ago gives way. */
const MOST = 200
const IDLE_MS = 60_000

/** Kept connections to webhooks, by TLS 1.2 or newer, each of whose servers is what its configuration says. */
export class Connections {
  readonly #resolve: ResolveService
  readonly #dial: Dial
  readonly #agents = new Map<string, Agent>()
  #system: SecureContext | undefined

  constructor(resolve: ResolveService, dial: Dial) {
    this.#resolve = resolve
    this.#dial = dial
  }

  /** The connections to one webhook that are trusted by one bundle. */
  agentFor(location: WebhookLocation, caBundle: string): Agent {
    const key = `${location.host}:${location.port} ${caBundle}`
    const known = this.#agents.get(key)
    this.#agents.delete(key)
    const agent = known ?? this.#agent(location, caBundle)
    this.#agents.set(key, agent)
    if (this.#agents.size > MOST) {
      const [oldest] = this.#agents
      this.#agents.delete(oldest![0])
      oldest![1].destroy()
    }
    return agent
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  #agent(location: WebhookLocation, caBundle: string): Agent {
    const agent = new Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 16 })
    // Certificates are read once, not for each connection: of the machine's that takes 60 ms.
    let trust: SecureContext | undefined
    agent.createConnection = (): Duplex => {
      trust ??= caBundle === '' ? this.#systemTrust() : trusting(Buffer.from(caBundle, 'base64').toString())
      return this.#connect(location, trust)
    }
    return agent
  }

  #connect({ host, port, service }: WebhookLocation, secureContext: SecureContext): Duplex {
    const target = service ? this.#resolve(service.namespace, service.name, port) : { address: host, port }
    const socket: Socket = this.#dial(target.address, target.port)
    const secure = tlsConnect({
      socket,
      host,
      secureContext,
      ALPNProtocols: ['http/1.1'],
      ...serverName(host),
    })
    socket.on('error', (error) => secure.destroy(error))
    return secure
  }

  /** What the machine trusts, as Kubernetes' own server does; read when the first webhook asks for it. */
  #systemTrust(): SecureContext {
    if (this.#system === undefined) {
      const system = getCACertificates('system')
      this.#system = trusting(system.length > 0 ? system : getCACertificates('default'))
    }
    return this.#system
  }
}

const trusting = (ca: string | string[]): SecureContext => createSecureContext({ ca, minVersion: 'TLSv1.2' })

/** An address is no name to ask a server for (RFC 6066). */
const serverName = (host: string): { readonly servername?: string } =>
  /^[\d.]+$|:/.test(host) ? {} : { servername: host }
