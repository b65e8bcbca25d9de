import type { Clock } from '#clock/clock.ts'
import { addressBytes, type IpFamily } from '#net/ip-address.ts'
import type { Update } from './message/message.ts'
import type { ErrorNotice } from './message/message-error.ts'
import type { Route } from './routes/route.ts'
import { RouteSender } from './routes/route-sender.ts'
import type { BgpConnection, ConnectionEnd } from './session/connection.ts'
import type { RestartState } from './session/own-open.ts'
import type { Peer } from './session/peer-options.ts'
import { PeerSession, type SessionOwner, type SessionState } from './session/peer-session.ts'
import type { PeerSocket, PeerSockets } from './session/peer-sockets.ts'

/** A peer as status and metrics show it. */
export interface PeerStatus {
  readonly name: string
  /** `192.0.2.1:179`, `[2001:db8::1]:179` */
  readonly address: string
  readonly state: SessionState
  /** Milliseconds since the epoch at which it came to be established, where it is. */
  readonly since: number | undefined
  /** Why there is no session, or why the last one ended. */
  readonly lastEnd: string | undefined
  /** What was wrong with an UPDATE of the peer's last, though the session went on. */
  readonly lastFault: string | undefined
  /** Whose routes it can be told: what both sides speak of. Empty without a session. */
  readonly families: readonly IpFamily[]
  readonly announced: number
  readonly pending: number
  readonly counts: PeerCounts
}

export interface PeerCounts {
  readonly updatesSent: number
  readonly updatesReceived: number
  /** UPDATEs with a fault that did not end the session (RFC 7606). */
  readonly updatesFaulty: number
  readonly notificationsSent: number
  readonly notificationsReceived: number
  readonly sessionsEstablished: number
}

interface SpeakerPeerOptions {
  readonly sockets: PeerSockets
  readonly clock: Clock
  readonly random: () => number
  readonly log: (line: string) => void
  /** Whether this speaker may have been here before, and come back. */
  readonly mayHaveRestarted: () => boolean
  /** Whether packets were forwarded until it came back. */
  readonly hasForwarded: boolean
  /** Its session has come to be established, or is no more. */
  readonly onChange: () => void
}

/** A peer of the speaker: its session, and what it is told. */
export class SpeakerPeer implements SessionOwner {
  readonly peer: Peer
  readonly #session: PeerSession
  readonly #options: SpeakerPeerOptions
  #sender: RouteSender | undefined
  /** Undefined: nobody has said yet what there is to announce. */
  #routes: readonly Route[] | undefined
  #hasTold = false
  #since: number | undefined
  #lastEnd: string | undefined
  #lastFault: string | undefined
  readonly #counts: { -readonly [name in keyof PeerCounts]: number } = {
    updatesSent: 0,
    updatesReceived: 0,
    updatesFaulty: 0,
    notificationsSent: 0,
    notificationsReceived: 0,
    sessionsEstablished: 0,
  }

  constructor(peer: Peer, options: SpeakerPeerOptions) {
    this.peer = peer
    this.#options = options
    const { sockets, clock, random } = options
    this.#session = new PeerSession(this, { peer, sockets, clock, random })
  }

  get status(): PeerStatus {
    const { name, address, family, port, zone } = this.peer
    const host = zone === undefined ? address : `${address}%${zone}`
    return {
      name,
      address: family === 'IPv6' ? `[${host}]:${port}` : `${host}:${port}`,
      state: this.#session.state,
      since: this.#since,
      lastEnd: this.#lastEnd,
      lastFault: this.#lastFault,
      families: this.#sender?.families ?? [],
      announced: this.#sender?.announced ?? 0,
      pending: this.#sender?.pending ?? this.#routes?.length ?? 0,
      counts: { ...this.#counts },
    }
  }

  start(): void {
    this.#session.start()
  }

  accept(socket: PeerSocket): void {
    this.#session.accept(socket)
  }

  stop(notice: ErrorNotice | undefined): Promise<void> {
    return this.#session.stop(notice)
  }

  setRoutes(routes: readonly Route[]): void {
    this.#routes = routes.filter(({ peers }) => peers?.has(this.peer.name) ?? true)
    this.#sender?.want(this.#routes)
  }

  get restart(): RestartState {
    const { mayHaveRestarted, hasForwarded } = this.#options
    // Once it has told all, the kernel has what it told.
    return { isRestarting: !this.#hasTold && mayHaveRestarted(), isForwarding: this.#hasTold || hasForwarded }
  }

  established(connection: BgpConnection): void {
    this.#counts.sessionsEstablished++
    this.#since = this.#options.clock.now()
    this.#lastEnd = undefined
    this.#options.log(`peer ${this.peer.name}: the session is established`)
    this.#sender = new RouteSender({
      peer: this.peer,
      sink: {
        get isFull() {
          return connection.isFull
        },
        families: connection.families,
        send: (update) => {
          this.#counts.updatesSent++
          connection.send(update)
        },
      },
      nextHops: (family) => this.#nextHops(connection, family),
      toldAll: () => {
        this.#hasTold = true
      },
    })
    if (this.#routes !== undefined) this.#sender.want(this.#routes)
    this.#options.onChange()
  }

  /** What was configured, or this side's address; a link-local one goes beside a global one (RFC 2545). */
  #nextHops(connection: BgpConnection, family: IpFamily): readonly Uint8Array[] | undefined {
    const configured = this.peer.nextHops[family]
    const own = connection.ownAddress(family)
    if (own === undefined) return configured && [configured]
    if (configured === undefined) return [addressBytes(own)]
    return this.peer.zone === undefined ? [configured] : [configured, addressBytes(own)]
  }

  lost(): void {
    this.#sender = undefined
    this.#since = undefined
    this.#options.onChange()
  }

  ended({ text }: ConnectionEnd): void {
    // A router that is away is told of once.
    if (this.#lastEnd !== text && this.#sender === undefined)
      this.#options.log(`peer ${this.peer.name}: no session: ${text}`)
    if (this.#sender === undefined) this.#lastEnd = text
  }

  updated({ fault }: Update): void {
    this.#counts.updatesReceived++
    if (fault === undefined) return
    this.#counts.updatesFaulty++
    this.#lastFault = fault
  }

  asked(_connection: BgpConnection, family: IpFamily): void {
    this.#sender?.repeat(family)
  }

  drained(): void {
    this.#sender?.resume()
  }

  sentNotice(): void {
    this.#counts.notificationsSent++
  }

  receivedNotice(): void {
    this.#counts.notificationsReceived++
  }
}
