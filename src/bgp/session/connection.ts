import type { Clock } from '#clock/clock.ts'
import { familyOf, type IpFamily } from '#net/ip-address.ts'
import { decodeMessage, encodeMessage } from '../message/codec.ts'
import { ErrorCode, MessageType, StateError } from '../message/codes.ts'
import type { UpdateContext } from '../message/decode-attributes.ts'
import { type Frame, MessageFramer } from '../message/frame.ts'
import type { Message, Open, Update } from '../message/message.ts'
import { BgpMessageError, type ErrorNotice, errorNotice } from '../message/message-error.ts'
import { noticeText } from '../message/notification.ts'
import { Liveness } from './liveness.ts'
import { ownOpen, type RestartState, refusalOf } from './own-open.ts'
import type { Peer } from './peer-options.ts'
import type { PeerSocket } from './peer-sockets.ts'
import { Timer } from './timer.ts'

/** Why a connection is no more. */
export interface ConnectionEnd {
  readonly by: 'us' | 'peer' | 'network'
  /** For people: `the peer said Cease/Administrative Shutdown (6/2): until noon`. */
  readonly text: string
}

/** Who has a connection, and is told what becomes of it. */
export interface ConnectionOwner {
  /** An OPEN that is right; what is given refuses it (RFC 4271 section 6.8). */
  opened(connection: BgpConnection, open: Open): ErrorNotice | undefined
  established(connection: BgpConnection): void
  updated(update: Update): void
  /** The peer wants to be told all routes of a family again. */
  asked(connection: BgpConnection, family: IpFamily): void
  /** There is room again for what is to be sent. */
  drained(connection: BgpConnection): void
  ended(connection: BgpConnection, end: ConnectionEnd): void
  sentNotice(): void
  receivedNotice(): void
}

type ConnectionState = 'OpenSent' | 'OpenConfirm' | 'Established'

const SECOND = 1_000
/** RFC 9687: a peer that reads nothing for so long, or twice its hold time, is gone. */
const SEND_HOLD_MS = 480 * SECOND
/** A peer has so long to read a NOTIFICATION. */
const LINGER_MS = 2 * SECOND

/** What a state takes, and the subcode that tells a peer of what it does not. NOTIFICATION is always taken. */
const EXPECTED: Readonly<Record<ConnectionState, { readonly types: readonly number[]; readonly subcode: number }>> = {
  OpenSent: { types: [MessageType.OPEN], subcode: StateError.OPEN_SENT },
  OpenConfirm: { types: [MessageType.KEEPALIVE], subcode: StateError.OPEN_CONFIRM },
  Established: {
    types: [MessageType.KEEPALIVE, MessageType.UPDATE, MessageType.ROUTE_REFRESH],
    subcode: StateError.ESTABLISHED,
  },
}

interface ConnectionOptions {
  readonly peer: Peer
  readonly clock: Clock
  readonly random: () => number
  /** We have connected, not the peer. */
  readonly isOurs: boolean
  readonly restart: RestartState
}

/** One TCP connection with a peer, from OpenSent on: RFC 4271 section 8.2.2. */
export class BgpConnection {
  readonly isOurs: boolean
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>
  readonly #socket: PeerSocket
  readonly #peer: Peer
  readonly #owner: ConnectionOwner
  readonly #framer = new MessageFramer()
  readonly #liveness: Liveness
  readonly #sendHold: Timer
  readonly #linger: Timer
  readonly #localAddress: string | undefined
  #state: ConnectionState = 'OpenSent'
  #context: UpdateContext
  #open: Open | undefined
  #isFull = false
  #isOver = false
  #error: Error | undefined

  /** Of a socket that is connected: says OPEN. */
  constructor(socket: PeerSocket, owner: ConnectionOwner, { peer, clock, random, isOurs, restart }: ConnectionOptions) {
    this.#socket = socket
    this.#owner = owner
    this.#peer = peer
    this.isOurs = isOurs
    this.#sendHold = new Timer(clock)
    this.#linger = new Timer(clock)
    this.#localAddress = socket.localAddress?.replace(/%.*/, '')
    this.#context = { isFourOctet: false, isInternal: peer.isInternal }
    socket.on('data', (octets) => this.#receive(octets))
    socket.on('drain', () => this.#drained())
    socket.on('error', (error) => {
      this.#error = error
    })
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#linger.stop()
        this.#end({ by: 'network', text: this.#error?.message ?? 'the peer has closed the connection' })
        resolve()
      })
    })
    this.#liveness = new Liveness({
      clock,
      random,
      keepaliveSeconds: peer.keepaliveSeconds,
      sayKeepalive: () => this.send({ type: 'keepalive' }),
      missed: () => this.fail(errorNotice(ErrorCode.HOLD_TIMER), 'the peer says nothing'),
    })
    this.send(ownOpen(peer, restart))
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** What the peer has said in its OPEN. */
  get peerOpen(): Open | undefined {
    return this.#open
  }

  /** Families that both sides speak of. */
  get families(): readonly IpFamily[] {
    const said = this.#open?.capabilities.families ?? []
    const theirs = said.length === 0 ? ['IPv4'] : said
    return this.#peer.families.filter((family) => theirs.includes(family))
  }

  /** Nothing more should be sent before the owner hears `drained()`. */
  get isFull(): boolean {
    return this.#isFull
  }

  send(message: Message): void {
    if (this.#isOver || this.#socket.write(encodeMessage(message, this.#context))) return
    this.#isFull = true
    if (!this.#sendHold.isSet)
      this.#sendHold.set(Math.max(SEND_HOLD_MS, 2 * this.#liveness.holdMs), () =>
        this.fail(errorNotice(ErrorCode.SEND_HOLD_TIMER), 'the peer reads nothing'),
      )
  }

  /** Ends it with a NOTIFICATION. */
  fail(notice: ErrorNotice, text?: string): void {
    if (this.#isOver) return
    this.send({ type: 'notification', notice })
    this.#owner.sentNotice()
    this.close(`we said ${noticeText(notice)}${text === undefined ? '' : `: ${text}`}`)
  }

  /** Ends it without a word: a peer that knows RFC 4724 keeps our routes. */
  close(text: string): void {
    if (this.#isOver) return
    this.#closeSocket()
    this.#end({ by: 'us', text })
  }

  /** What was written goes out first, for as long as that may take. */
  #closeSocket(): void {
    this.#socket.end()
    this.#linger.set(LINGER_MS, () => this.#socket.destroy())
  }

  #end(end: ConnectionEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#liveness.stop()
    this.#sendHold.stop()
    this.#owner.ended(this, end)
  }

  #receive(octets: Uint8Array): void {
    if (this.#isOver) return
    this.#liveness.read()
    this.#framer.push(octets)
    try {
      for (let next = this.#framer.next(); next !== undefined; next = this.#framer.next()) {
        this.#take(next)
        if (this.#isOver) return
      }
    } catch (error) {
      if (!(error instanceof BgpMessageError)) throw error
      this.fail(error.notice, error.message)
    }
  }

  #take(frame: Frame): void {
    const { types, subcode } = EXPECTED[this.#state]
    if (frame.type !== MessageType.NOTIFICATION && !types.includes(frame.type))
      throw new BgpMessageError(
        errorNotice(ErrorCode.STATE_MACHINE, subcode),
        `message ${frame.type} in ${this.#state}`,
      )
    const message = decodeMessage(frame, this.#context)
    switch (message.type) {
      case 'notification':
        this.#owner.receivedNotice()
        this.#closeSocket()
        this.#end({ by: 'peer', text: `the peer said ${noticeText(message.notice)}` })
        return
      case 'open':
        this.#opened(message)
        return
      case 'keepalive':
        this.#liveness.heard()
        if (this.#state === 'OpenConfirm') {
          this.#state = 'Established'
          this.#owner.established(this)
        }
        return
      case 'update':
        this.#liveness.heard()
        this.#owner.updated(message)
        return
      case 'routeRefresh':
        if (message.family !== undefined) this.#owner.asked(this, message.family)
        return
    }
  }

  #opened(open: Open): void {
    const refusal = refusalOf(open, this.#peer)
    if (refusal !== undefined) {
      this.fail(...refusal)
      return
    }
    this.#open = open
    const collision = this.#owner.opened(this, open)
    if (collision !== undefined) {
      this.fail(collision)
      return
    }
    const { isInternal, holdSeconds } = this.#peer
    this.#context = { isFourOctet: open.capabilities.fourOctetAs !== undefined, isInternal }
    this.#state = 'OpenConfirm'
    this.#liveness.agree(Math.min(holdSeconds, open.holdSeconds))
  }

  #drained(): void {
    this.#isFull = false
    this.#sendHold.stop()
    if (!this.#isOver) this.#owner.drained(this)
  }

  /** An address of ours that routes of a family can have as their next hop; undefined where there is none. */
  ownAddress(family: IpFamily): string | undefined {
    return this.#localAddress !== undefined && familyOf(this.#localAddress) === family ? this.#localAddress : undefined
  }
}
