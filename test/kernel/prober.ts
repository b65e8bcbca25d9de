import type { Packet } from '../contract/model.ts'
import { exchange } from './exchange.ts'
import { type Met, type PlanNetwork, PORTS } from './plan-network.ts'
import { IcmpSocket, SctpSocket } from './sctp.ts'

/**
 * What became of a packet. `forbidden`: the send itself failed by EPERM, as it does on the node; a refusal may come by
 * ICMP too.
 */
export type Outcome =
  | ({ readonly kind: 'met' } & Met)
  | { readonly kind: 'reset' | 'port-unreachable' | 'silence' }
  | { readonly kind: 'forbidden'; readonly icmp: boolean }
  | { readonly kind: 'failed'; readonly code: string }

type Protocol = Packet['protocol']

export interface Sent {
  readonly outcome: Outcome
  /** Whom it has met after all, even if no answer came back (UDP, SCTP). */
  readonly met: () => Met | undefined
  /** The client's. */
  readonly port: number
}

interface Attempt {
  /** The client's. */
  readonly port: number
  /** `UDP 2017` */
  readonly key: string
  readonly patience: number
}

const FIRST_PORT = 2000
const LAST_PORT = 65_000
const POLL_MS = 8
/** As long as an ICMP message of the node to itself may take. */
const ICMP_MS = 40
const EPERM = 1

/**
 * Sends what packets mean by real sockets, each from a port that nobody had before, so that the kernel's connection
 * table cannot take one for another.
 */
export class Prober {
  readonly #network: PlanNetwork
  readonly #sctp = new Map<string, SctpSocket>()
  readonly #icmp = new Map<string, IcmpSocket>()
  /**
   * Where datagrams and INITs have come to, and which were refused by ICMP, by protocol and the client's own port: a
   * masqueraded packet has another one, so each says its own.
   */
  readonly #met = new Map<string, Met>()
  readonly #refused = new Set<string>()
  /** Told when one of these has something new. */
  readonly #waiting = new Map<string, () => void>()
  #poll: NodeJS.Timeout | undefined
  #port = FIRST_PORT

  static async start(network: PlanNetwork): Promise<Prober> {
    const prober = new Prober(network)
    try {
      await prober.#network.serve((text, met) => prober.#note(`UDP ${text}`, met))
      for (const [address, path] of prober.#network.paths) {
        prober.#sctp.set(address, SctpSocket.open(path, address))
        const family = address.includes(':') ? 6 : 4
        const key = `${path} ${family}`
        if (!prober.#icmp.has(key)) prober.#icmp.set(key, IcmpSocket.open(path, family))
      }
    } catch (error) {
      prober.stop()
      throw error
    }
    return prober
  }

  private constructor(network: PlanNetwork) {
    this.#network = network
  }

  /**
  /**
   * Sends a packet, and says what became of it within `patience` milliseconds; from a port that nobody had, or from one
   * that is told: then it is one more of that flow.
   */
  async send(packet: Packet, patience: number, port = this.#nextPort()): Promise<Sent> {
    const key = `${packet.protocol} ${port}`
    this.#met.delete(key)
    this.#refused.delete(key)
    const attempt = { port, key, patience }
    const outcome = await (packet.protocol === 'SCTP' ? this.#sctpInit(packet, attempt) : this.#socket(packet, attempt))
    return { outcome, port, met: () => this.#met.get(key) }
  }

  stop(): void {
    clearInterval(this.#poll)
    for (const socket of [...this.#sctp.values(), ...this.#icmp.values()]) socket.close()
    this.#sctp.clear()
    this.#icmp.clear()
  }

  #nextPort(): number {
    do this.#port++
    while (PORTS.includes(this.#port))
    if (this.#port > LAST_PORT) throw new RangeError('no port is left that was not used')
    return this.#port
  }

  #path(address: string): string {
    const path = this.#network.paths.get(address)
    if (path === undefined) throw new RangeError(`no namespace has ${address}`)
    return path
  }

  #note(key: string, met: Met): void {
    this.#met.set(key, met)
    this.#waiting.get(key)?.()
  }

  async #socket(packet: Packet, { port: sourcePort, key, patience }: Attempt): Promise<Outcome> {
    const { source, destination: address, port } = packet
    const isUdp = packet.protocol === 'UDP'
    const peer = {
      protocol: isUdp ? 'udp' : 'tcp',
      address,
      port,
      source,
      sourcePort,
      text: String(sourcePort),
    } as const
    const result = await exchange(this.#path(source), peer, patience)
    if (result.kind === 'silence') return result
    if (result.kind === 'answer') {
      const [by = '', byPort = '', seen = ''] = result.text.split(' ')
      return { kind: 'met', address: by, port: Number(byPort), source: seen }
    }
    if (isUdp && result.code === 'EPERM') return this.#forbidden(key)
    if (result.code !== 'ECONNREFUSED') return { kind: 'failed', code: result.code }
    return { kind: isUdp ? 'port-unreachable' : 'reset' }
  }

  async #forbidden(key: string): Promise<Outcome> {
    return { kind: 'forbidden', icmp: await this.#heard(key, ICMP_MS, () => this.#refused.has(key)) }
  }

  async #sctpInit(
    { source, destination, port }: Packet,
    { port: localPort, key, patience }: Attempt,
  ): Promise<Outcome> {
    try {
      this.#sctp.get(source)?.sendInit(destination, localPort, port)
    } catch (error) {
      if ((error as { errno?: number }).errno !== EPERM) return { kind: 'failed', code: (error as Error).message }
      return this.#forbidden(key)
    }
    await this.#heard(key, patience, () => this.#met.has(key) || this.#refused.has(key))
    const met = this.#met.get(key)
    if (met !== undefined) return { kind: 'met', ...met }
    return { kind: this.#refused.has(key) ? 'port-unreachable' : 'silence' }
  }

  /** Whether that has come true within so many milliseconds. */
  #heard(key: string, milliseconds: number, isTrue: () => boolean): Promise<boolean> {
    if (isTrue()) return Promise.resolve(true)
    this.#poll ??= setInterval(() => this.#listen(), POLL_MS)
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(key)
        if (this.#waiting.size === 0) {
          clearInterval(this.#poll)
          this.#poll = undefined
        }
        resolve(isTrue())
      }
      const timer = setTimeout(() => {
        this.#listen()
        if (this.#waiting.has(key)) done()
      }, milliseconds)
      this.#waiting.set(key, () => isTrue() && done())
    })
  }

  /** Raw sockets are read now and then: Node.js cannot watch them. */
  #listen(): void {
    for (const [address, socket] of this.#sctp)
      for (const { source, tag, port, chunk } of socket.received())
        if (chunk === 'INIT') this.#note(`SCTP ${tag}`, { address, port, source })
    for (const socket of this.#icmp.values())
      for (const { protocol, sourcePort } of socket.portUnreachables()) {
        const key = `${PROTOCOLS[protocol ?? 0]} ${sourcePort}`
        this.#refused.add(key)
        this.#waiting.get(key)?.()
      }
  }
}

const PROTOCOLS: Readonly<Record<number, Protocol>> = { 17: 'UDP', 132: 'SCTP' }
