import type { RouteOptions } from '#bgp/routes/route.ts'
import type { PeerOptions } from '#bgp/session/peer-options.ts'
import { BgpSpeaker } from '#bgp/speaker.ts'
import { systemClock } from '#clock/clock.ts'
import { peerSockets } from '#kernel/sockets/peer-sockets.ts'
import { addressOf, type Machine, type NODES, pathOf } from './lan.ts'
import { NODE_AS, PASSWORD, ROUTER_AS } from './routers.ts'

/** A speaker on a node. */
export const speakerOn = (node: keyof typeof NODES): BgpSpeaker =>
  new BgpSpeaker({ sockets: peerSockets(pathOf(node)), clock: systemClock, random: Math.random, log: () => undefined })

/** A router as a node's peer. */
export const peerOf = (
  node: keyof typeof NODES,
  router: Machine,
  family: 'IPv4' | 'IPv6',
  more: Partial<PeerOptions> = {},
): PeerOptions => ({
  name: `${router} ${family}`,
  address: addressOf(router, family),
  localAsn: NODE_AS,
  peerAsn: ROUTER_AS,
  routerId: addressOf(node, 'IPv4'),
  connectRetrySeconds: 1,
  gracefulRestartSeconds: 20,
  nextHop: { IPv4: addressOf(node, 'IPv4'), IPv6: addressOf(node, 'IPv6') },
  ...(family === 'IPv6' && { password: router === 'frr' ? PASSWORD.replace(' ', '-') : PASSWORD }),
  ...more,
})

export const route = (prefix: string, more: Partial<RouteOptions> = {}): RouteOptions => ({
  prefix,
  communities: [],
  largeCommunities: [],
  localPreference: 100,
  ...more,
})

export const isUp = (speaker: BgpSpeaker, name: string): boolean =>
  speaker.peers().some((peer) => peer.name === name && peer.state === 'Established' && peer.pending === 0)
