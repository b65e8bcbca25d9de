import { backoff, type Clock } from '#clock/clock.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { Cease, ErrorCode } from '../message/codes.ts'
import type { Open, Update } from '../message/message.ts'
import { type ErrorNotice, errorNotice } from '../message/message-error.ts'
import { BgpConnection, type ConnectionEnd, type ConnectionOwner } from './connection.ts'
import type { RestartState } from './own-open.ts'
import type { Peer } from './peer-options.ts'
import type { PeerSocket, PeerSockets } from './peer-sockets.ts'
import { Timer } from './timer.ts'

/** States of RFC 4271 section 8.2.2; of two connections that of the one that is farther. */
export type SessionState = 'Idle' | 'Connect' | 'Active' | 'OpenSent' | 'OpenConfirm' | 'Established'

/** Who is told what comes of a session. */
export interface SessionOwner {
  established(connection: BgpConnection): void
  /** The connection that was established is no more. */
  lost(connection: BgpConnection): void
  updated(update: Update): void
  asked(connection: BgpConnection, family: IpFamily): void
  drained(connection: BgpConnection): void
  /** A connection, or an attempt, has come to an end: for a log. */
  ended(end: ConnectionEnd): void
  sentNotice(): void
  receivedNotice(): void
  /** What the next OPEN says of a restart. */
  readonly restart: RestartState
}

interface SessionOptions {
  readonly peer: Peer
  readonly sockets: Pick<PeerSockets, 'connect'>
  readonly clock: Clock
  readonly random: () => number
}

const SECOND = 1_000
/** A first attempt is repeated after so long, a later one after twice as long as the one before. */
const FIRST_WAIT_MS = SECOND
/** A SYN that nobody answers. */
const CONNECT_MS = 30 * SECOND
/** A session that lasts as long is sound: what comes after counts as a first failure. */
const SOUND_MS = 30 * SECOND

const collision = (): ErrorNotice => errorNotice(ErrorCode.CEASE, Cease.COLLISION_RESOLUTION)

/** The session with one peer: connects, waits, settles collisions, and begins again for as long as it is not stopped. */
export class PeerSession implements ConnectionOwner {
  readonly #options: SessionOptions
  readonly #owner: SessionOwner
  /** One that we began, one of the peer's; a moment long one more that is on its way out. */
  readonly #connections = new Set<BgpConnection>()
  readonly #retry: Timer
  readonly #sound: Timer
  #connecting: PeerSocket | undefined
  #established: BgpConnection | undefined
  #failures = 0
  #isActive = false
  #isStopped = false

  constructor(owner: SessionOwner, options: SessionOptions) {
    this.#owner = owner
    this.#options = options
    this.#retry = new Timer(options.clock)
    this.#sound = new Timer(options.clock)
  }

  get state(): SessionState {
    const states = [...this.#connections].map(({ state }) => state)
    for (const state of ['Established', 'OpenConfirm', 'OpenSent'] as const) if (states.includes(state)) return state
    return this.#connecting !== undefined ? 'Connect' : this.#isActive ? 'Active' : 'Idle'
  }

  start(): void {
    if (this.#isStopped || this.#connections.size > 0) return
    this.#isActive = true
    if (!this.#options.peer.isPassive) this.#connect()
  }

  /** A connection of the peer's. In Idle none is taken. */
  accept(socket: PeerSocket): void {
    if (this.#isStopped || this.state === 'Idle') {
      socket.on('error', () => undefined)
      socket.destroy()
      return
    }
    // Who connects again has given up the one before.
    for (const other of this.#connections) if (!other.isOurs && other.state !== 'Established') other.fail(collision())
    this.#begin(socket, false)
  }

  /** For good. With a notice the peer is told, without it keeps our routes. Resolves when all is closed. */
  async stop(notice: ErrorNotice | undefined): Promise<void> {
    this.#isStopped = true
    this.#isActive = false
    this.#retry.stop()
    this.#giveUpConnecting()
    const connections = [...this.#connections]
    for (const connection of connections)
      if (notice === undefined) connection.close('this speaker goes')
      else connection.fail(notice)
    await Promise.all(connections.map(({ closed }) => closed))
  }

  #connect(): void {
    const { peer, sockets } = this.#options
    let socket: PeerSocket
    try {
      socket = sockets.connect(peer)
    } catch (error) {
      this.#failed({ by: 'us', text: (error as Error).message })
      return
    }
    this.#connecting = socket
    let failure: Error | undefined
    socket.on('error', (error) => {
      failure = error
    })
    socket.on('close', () => {
      if (this.#connecting !== socket) return
      this.#connecting = undefined
      this.#failed({ by: 'network', text: failure?.message ?? 'the peer has closed the connection' })
    })
    socket.on('connect', () => {
      if (this.#connecting !== socket) return
      this.#connecting = undefined
      this.#retry.stop()
      this.#begin(socket, true)
    })
    this.#retry.set(Math.min(peer.connectRetrySeconds * SECOND, CONNECT_MS), () => {
      this.#giveUpConnecting()
      this.#failed({ by: 'network', text: 'the peer does not answer' })
    })
  }

  #giveUpConnecting(): void {
    const socket = this.#connecting
    this.#connecting = undefined
    socket?.destroy()
  }

  #begin(socket: PeerSocket, isOurs: boolean): void {
    const { peer, clock, random } = this.#options
    const { restart } = this.#owner
    this.#connections.add(new BgpConnection(socket, this, { peer, clock, random, isOurs, restart }))
  }

  /** An attempt came to nothing: another follows, unless a connection of the peer's is under way. */
  #failed(end: ConnectionEnd): void {
    this.#owner.ended(end)
    if (this.#isStopped || this.#connections.size > 0 || this.#connecting !== undefined) return
    const { peer, random } = this.#options
    this.#retry.set(backoff(this.#failures++, FIRST_WAIT_MS, peer.connectRetrySeconds * SECOND, random), () =>
      this.start(),
    )
  }

  opened(connection: BgpConnection, open: Open): ErrorNotice | undefined {
    for (const other of this.#connections) {
      if (other === connection || other.state === 'OpenSent') continue
      if (other.state === 'Established') {
        // RFC 4724 section 5: a peer that restarts may be back before its old connection is known to be dead.
        const keepsRoutes = open.capabilities.gracefulRestart && other.peerOpen?.capabilities.gracefulRestart
        if (!keepsRoutes) return collision()
        other.close('the peer has connected anew')
      } else if (this.#isKept(connection, open)) other.fail(collision())
      else return collision()
    }
    return undefined
  }

  /** RFC 4271 section 6.8, RFC 6286 section 2.3: the one that the greater identifier has begun, or the greater AS. */
  #isKept({ isOurs }: BgpConnection, open: Open): boolean {
    const { identifier, localAsn } = this.#options.peer
    const isOursGreater = identifier === open.identifier ? localAsn > open.asn : identifier > open.identifier
    return isOurs === isOursGreater
  }

  established(connection: BgpConnection): void {
    this.#retry.stop()
    this.#giveUpConnecting()
    for (const other of this.#connections) if (other !== connection) other.fail(collision())
    this.#established = connection
    this.#sound.set(SOUND_MS, () => {
      this.#failures = 0
    })
    this.#owner.established(connection)
  }

  ended(connection: BgpConnection, end: ConnectionEnd): void {
    this.#connections.delete(connection)
    if (connection === this.#established) {
      this.#established = undefined
      this.#sound.stop()
      this.#owner.lost(connection)
    }
    // Back to Idle; what was refused for another connection's sake is no failure.
    if (this.#connections.size === 0) this.#isActive = false
    this.#failed(end)
  }

  updated(update: Update): void {
    this.#owner.updated(update)
  }

  asked(connection: BgpConnection, family: IpFamily): void {
    this.#owner.asked(connection, family)
  }

  drained(connection: BgpConnection): void {
    if (connection === this.#established) this.#owner.drained(connection)
  }

  sentNotice(): void {
    this.#owner.sentNotice()
  }

  receivedNotice(): void {
    this.#owner.receivedNotice()
  }
}
