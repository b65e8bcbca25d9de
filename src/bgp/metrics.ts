import type { Reading, Registry } from '#metrics/registry.ts'
import type { PeerCounts, PeerStatus } from './speaker-peer.ts'

const COUNTERS: readonly (readonly [name: string, count: keyof PeerCounts, help: string])[] = [
  ['fairlead_bgp_updates_total', 'updatesSent', 'UPDATE messages that were sent to a peer.'],
  [
    'fairlead_bgp_updates_total_received',
    'updatesReceived',
    'UPDATE messages that a peer has sent; none is installed.',
  ],
  [
    'fairlead_bgp_updates_faulty_total',
    'updatesFaulty',
    'UPDATE messages of a peer with a fault that did not end the session.',
  ],
  [
    'fairlead_bgp_notifications_sent',
    'notificationsSent',
    'NOTIFICATION messages that were sent to a peer: each ended a connection.',
  ],
  ['fairlead_bgp_notifications_received', 'notificationsReceived', 'NOTIFICATION messages that a peer has sent.'],
  [
    'fairlead_bgp_sessions_established_total',
    'sessionsEstablished',
    'How often a session with a peer came to be established.',
  ],
]

/** Those of all peers, read when they are asked for. Their names are MetalLB's with another beginning, where it has such. */
export const registerMetrics = (registry: Registry, peers: () => readonly PeerStatus[]): void => {
  const each = (value: (peer: PeerStatus) => number) => (): Reading =>
    peers().map((peer) => ({ labels: { peer: peer.address, name: peer.name }, value: value(peer) }))
  const gauge = (name: string, help: string, value: (peer: PeerStatus) => number): void =>
    registry.read('gauge', { name, help }, each(value))
  gauge('fairlead_bgp_session_up', 'Whether the session with a peer is established, 1 or 0.', ({ state }) =>
    state === 'Established' ? 1 : 0,
  )
  gauge('fairlead_bgp_announced_prefixes_total', 'Prefixes that a peer has been told.', ({ announced }) => announced)
  gauge(
    'fairlead_bgp_pending_prefixes_total',
    'Prefixes of which a peer has yet to be told something.',
    ({ pending }) => pending,
  )
  for (const [name, count, help] of COUNTERS)
    registry.read(
      'counter',
      { name, help },
      each(({ counts }) => counts[count]),
    )
}
