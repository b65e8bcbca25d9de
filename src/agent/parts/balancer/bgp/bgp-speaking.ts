import type { RouteOptions } from '#bgp/routes/route.ts'
import type { PeerOptions } from '#bgp/session/peer-options.ts'
import type { PeerSockets } from '#bgp/session/peer-sockets.ts'
import { BgpSpeaker } from '#bgp/speaker.ts'
import type { PeerStatus } from '#bgp/speaker-peer.ts'
import { familyOfText } from '#net/per-family.ts'
import type { Labels } from '#objects/object.ts'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import type { AnnouncerStatus } from '../announcer.ts'
import type { AnnouncerGround } from '../balancer-part.ts'
import { announcedRoutes } from './announced-routes.ts'
import { PeerPasswords } from './peer-passwords.ts'
import { peersOfNode, spokenPeers } from './spoken-peers.ts'

export interface BgpSpeakingOptions extends AnnouncerGround {
  /** The installation's, where Secrets of passwords lie. */
  readonly namespace: string
  readonly sockets: PeerSockets
  /** The kernel has forwarded since a speaker was here before. */
  readonly hasForwarded: boolean
}

/** A peer may be down for so long after it was asked for, milliseconds: sessions take a moment. */
const PATIENCE = 10_000
const WORDS = 'this node takes no traffic of load balancers'

/** Families of addresses that none of the peers can be told. */
const unspokenFamilies = (routes: readonly RouteOptions[], peers: readonly PeerOptions[]): readonly string[] =>
  (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const speaks = ({ address, nextHop }: PeerOptions) => familyOfText(address) === family || nextHop?.[family]
    const isWanted = routes.some(({ prefix }) => familyOfText(prefix) === family)
    if (!isWanted || peers.some(speaks)) return []
    return `no BGP peer of this node is told ${family}: add one with such an address, or say dualStackAddressFamily of one`
  })

/** The speaker of a node that has peers. */
export class BgpSpeaking {
  readonly #options: BgpSpeakingOptions
  readonly #speaker: BgpSpeaker
  readonly #passwords: PeerPasswords
  #planned: ReadonlyMap<string, PlannedAddress> = new Map()
  #labels: Labels | undefined
  #routes: readonly RouteOptions[] = []
  #faults: readonly string[] = []
  /** When a peer that has no session was lost, or first asked for. */
  readonly #downSince = new Map<string, number>()
  /** Addresses that peers have been told, since they were planned. */
  readonly #told = new Set<string>()
  #isStopped = false

  constructor(options: BgpSpeakingOptions) {
    this.#options = options
    const { node, namespace, sockets, registry, hasForwarded } = options
    const { clock, random, client, log } = node
    this.#speaker = new BgpSpeaker({
      sockets,
      clock,
      random,
      log: (line) => log(`BGP: ${line}`),
      registry,
      hasForwarded,
      onChange: () => this.#sessionsChanged(),
    })
    this.#passwords = new PeerPasswords({ client, namespace, clock, random, onChange: () => this.#apply() })
  }

  set(planned: ReadonlyMap<string, PlannedAddress>): void {
    this.#planned = planned
    for (const address of this.#told) if (!planned.get(address)?.bgp.length) this.#told.delete(address)
    this.#apply()
  }

  status(): AnnouncerStatus {
    const { clock } = this.#options.node
    const faults = [...this.#faults]
    for (const { name, address, state, lastEnd } of this.#speaker.peers()) {
      const since = this.#downSince.get(name)
      if (state === 'Established' || since === undefined || clock.now() - since < PATIENCE) continue
      const why = lastEnd ?? 'it has not answered yet'
      faults.push(`BGP peer ${name} (${address}) is down since ${new Date(since).toISOString()}: ${why}`)
    }
    return { announced: [...this.#announced()].map(([address]) => address).sort(), faults }
  }

  /**
   * Says nothing, so that routers keep the routes for the agent that comes after: the kernel goes on to forward. A node that
   * has nothing to announce, or `isForGood`, takes its leave.
   */
  async stop(isForGood: boolean): Promise<void> {
    this.#isStopped = true
    this.#passwords.want(new Set())
    await this.#speaker.stop(isForGood || this.#routes.length === 0 ? 'cease' : 'graceful', WORDS)
  }

  #apply(): void {
    if (this.#isStopped) return
    const { node, sources, namespace } = this.#options
    const { peers: all } = sources.balancing.balancing
    // A Node that is away for a moment has the labels that it had.
    const known = sources.nodes.lister.get(node.name)
    if (known) this.#labels = known.metadata?.labels
    const secrets = peersOfNode(all, this.#labels).flatMap(({ password }) =>
      password && 'secret' in password ? [password.secret.name] : [],
    )
    this.#passwords.want(new Set(secrets))
    const { peers, faults } = spokenPeers(all, {
      labels: this.#labels,
      addresses: node.addresses,
      namespace,
      passwordOf: (name) => this.#passwords.of(name),
    })
    this.#speaker.setPeers(peers)
    const names = peers.map(({ name }) => name)
    const refused = this.#setRoutes(announcedRoutes(this.#planned.values(), names))
    this.#faults = [...faults, ...refused, ...unspokenFamilies(this.#routes, peers)]
    for (const name of this.#downSince.keys()) if (!names.includes(name)) this.#downSince.delete(name)
    this.#sessionsChanged()
  }

  /** A route that cannot be announced costs the others nothing. */
  #setRoutes(routes: readonly RouteOptions[]): readonly string[] {
    try {
      this.#speaker.setRoutes(routes)
      this.#routes = routes
      return []
    } catch (error) {
      const { prefix, message } = error as Error & { readonly prefix?: string }
      const others = routes.filter((route) => route.prefix !== prefix)
      if (others.length === routes.length) throw error
      return [message, ...this.#setRoutes(others)]
    }
  }

  #sessionsChanged(): void {
    const { node, onAnnounced } = this.#options
    for (const { name, state } of this.#speaker.peers())
      if (state === 'Established') this.#downSince.delete(name)
      else if (!this.#downSince.has(name)) this.#downSince.set(name, node.clock.now())
    // Peers that come and go are told of as such, and not by each address.
    for (const [address, planned] of this.#announced()) {
      if (this.#told.has(address)) continue
      this.#told.add(address)
      onAnnounced(planned, 'bgp')
    }
  }

  /** Those that a peer has been told which is there now. */
  *#announced(): Iterable<readonly [string, PlannedAddress]> {
    const up = new Map(this.#speaker.peers().map((peer): [string, PeerStatus] => [peer.name, peer]))
    const prefixes = new Set<string>()
    for (const { prefix, peers } of this.#routes)
      if (peers?.some((name) => up.get(name)?.families.includes(familyOfText(prefix)))) prefixes.add(prefix)
    for (const one of this.#planned) if (one[1].bgp.some(({ prefix }) => prefixes.has(prefix))) yield one
  }
}
