import type { Clock } from '#clock/clock.ts'
import type { Registry } from '#metrics/registry.ts'
import { Cease, ErrorCode } from './message/codes.ts'
import { errorNotice } from './message/message-error.ts'
import { shutdownNotice } from './message/notification.ts'
import { registerMetrics } from './metrics.ts'
import { parseRoutes, type Route, type RouteOptions } from './routes/route.ts'
import { type Peer, type PeerOptions, parsePeers } from './session/peer-options.ts'
import type { PeerListener, PeerSockets } from './session/peer-sockets.ts'
import { type PeerStatus, SpeakerPeer } from './speaker-peer.ts'

interface SpeakerOptions {
  readonly sockets: PeerSockets
  readonly clock: Clock
  /** 0 to 1, for jitter. */
  readonly random: () => number
  readonly log: (line: string) => void
  readonly registry?: Registry
  /** False: the kernel has begun anew, so that peers shall not keep what a speaker before had announced. */
  readonly hasForwarded?: boolean
  /** A session has come to be established, or is no more. */
  readonly onChange?: () => void
}

/** Until a listener that was lost is tried again. */
const LISTEN_AGAIN_MS = 5_000

/** As long after its start a speaker's first word to a peer may be that of one who comes back: the longest that peers wait. */
const RESTART_MS = 4_095_000

/**
 * Announces addresses to routers by BGP-4 (RFC 4271, 4760), and takes no route from them. It stands still until it has peers,
 * and says no End-of-RIB before it has routes: what peers have kept of a speaker before it stays until then (RFC 4724).
 */
export class BgpSpeaker {
  readonly #options: SpeakerOptions
  readonly #peers = new Map<string, SpeakerPeer>()
  #routes: readonly Route[] | undefined
  #listener: PeerListener | undefined
  #isStopped = false
  #mayHaveRestarted = true
  readonly #forgetRestart: () => void

  constructor(options: SpeakerOptions) {
    this.#options = options
    this.#forgetRestart = options.clock.after(RESTART_MS, () => {
      this.#mayHaveRestarted = false
    })
    if (options.registry !== undefined) registerMetrics(options.registry, () => this.peers())
  }

  /**
   * Takes connections of peers at a port. Without it they are only called. Rejects where the port is another's; a listener
   * that is lost later is tried again.
   */
  async listen(port: number): Promise<void> {
    const listener = await this.#options.sockets.listen(port, {
      accepted: (socket, route) => {
        const peer = [...this.#peers.values()].find((one) => one.peer === route)
        if (peer === undefined) socket.destroy()
        else peer.accept(socket)
      },
      failed: (error) => this.#listenAgain(port, error),
    })
    this.#listener = listener
    if (this.#isStopped) listener.close()
    else this.#tellListener()
  }

  /**
   * Whom to speak with from now on. Who stays as it was keeps its session; who is changed begins a new one. Throws PeerError
   * and changes nothing where one is wrong.
   */
  setPeers(list: readonly PeerOptions[]): void {
    const peers = new Map(parsePeers(list).map((peer) => [peer.name, peer]))
    if (this.#isStopped) return
    for (const [name, { peer }] of this.#peers) {
      const next = peers.get(name)
      if (next !== undefined && isSame(next, peer)) continue
      const subcode = next === undefined ? Cease.PEER_DE_CONFIGURED : Cease.CONFIGURATION_CHANGE
      void this.#peers.get(name)?.stop(errorNotice(ErrorCode.CEASE, subcode))
      this.#peers.delete(name)
    }
    for (const [name, peer] of peers) {
      if (this.#peers.has(name)) continue
      const { sockets, clock, random, log, hasForwarded = true, onChange = () => undefined } = this.#options
      const mayHaveRestarted = () => this.#mayHaveRestarted
      const added = new SpeakerPeer(peer, { sockets, clock, random, log, mayHaveRestarted, hasForwarded, onChange })
      this.#peers.set(name, added)
      if (this.#routes !== undefined) added.setRoutes(this.#routes)
      added.start()
    }
    this.#tellListener()
  }

  /** All routes from now on: peers are told the difference. Throws RouteError and changes nothing where one is wrong. */
  setRoutes(list: readonly RouteOptions[]): void {
    const routes = parseRoutes(list)
    if (this.#isStopped) return
    this.#routes = routes
    for (const peer of this.#peers.values()) peer.setRoutes(routes)
  }

  peers(): readonly PeerStatus[] {
    return [...this.#peers.values()].map(({ status }) => status)
  }

  /**
   * For good; resolves when all connections are closed. `graceful`: without a word, so that peers keep the routes for a
   * speaker that comes after. `cease`: peers are told, and drop the routes (RFC 4486).
   */
  async stop(how: 'graceful' | 'cease', words = ''): Promise<void> {
    this.#isStopped = true
    this.#forgetRestart()
    this.#listener?.close()
    const notice = how === 'cease' ? shutdownNotice(Cease.ADMINISTRATIVE_SHUTDOWN, words) : undefined
    await Promise.all([...this.#peers.values()].map((peer) => peer.stop(notice)))
  }

  #listenAgain(port: number, error: unknown): void {
    this.#listener = undefined
    if (this.#isStopped) return
    this.#options.log(`port ${port} takes no connections: ${(error as Error).message}`)
    this.#options.clock.after(LISTEN_AGAIN_MS, () => {
      if (!this.#isStopped) this.listen(port).catch((again: unknown) => this.#listenAgain(port, again))
    })
  }

  #tellListener(): void {
    this.#listener?.setPeers([...this.#peers.values()].map(({ peer }) => peer))
  }
}

const isSame = (left: Peer, right: Peer): boolean => JSON.stringify(left) === JSON.stringify(right)
