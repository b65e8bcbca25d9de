import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, getCACertificates, connect as tlsConnect } from 'node:tls'
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
  #system: readonly string[] | undefined

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
    const ca = caBundle === '' ? this.#systemRoots() : Buffer.from(caBundle, 'base64').toString()
    agent.createConnection = (): Duplex => this.#connect(location, ca)
    return agent
  }

  #connect({ host, port, service }: WebhookLocation, ca: ConnectionOptions['ca']): Duplex {
    const target = service ? this.#resolve(service.namespace, service.name, port) : { address: host, port }
    const socket: Socket = this.#dial(target.address, target.port)
    const secure = tlsConnect({
      socket,
      host,
      ca,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      ...serverName(host),
    })
    socket.on('error', (error) => secure.destroy(error))
    return secure
  }

  /** What the machine trusts, as Kubernetes' own server does; read when the first webhook asks for it. */
  #systemRoots(): string[] {
    this.#system ??= getCACertificates('system')
    return this.#system.length > 0 ? [...this.#system] : getCACertificates('default')
  }
}

/** An address is no name to ask a server for (RFC 6066). */
const serverName = (host: string): { readonly servername?: string } =>
  /^[\d.]+$|:/.test(host) ? {} : { servername: host }
