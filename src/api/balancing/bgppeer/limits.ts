import { atMost, byDefault, limitsOf, type MessageLimits, rules } from '../../gatewayapi/definition/limits.ts'
import { BGPPeer, BGPPeerSpec, SecretName } from './message.ts'

const ASN = { minimum: 1, maximum: 4_294_967_295 }
const DURATION = { pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' }

export const bgpPeerLimits: readonly MessageLimits[] = [
  limitsOf(BGPPeer, { spec: ['A router that nodes speak BGP with; the fields are those of MetalLB.'] }),
  limitsOf(
    BGPPeerSpec,
    {
      myASN: ['The AS that the nodes are of.', ASN],
      peerASN: ['The AS that the peer is of; this or dynamicASN.', ASN],
      dynamicASN: ['The peer is of the same AS (internal), or of any other (external).'],
      localASN: ['The AS that this session alone says the nodes are of.', ASN],
      peerAddress: ['Where the peer is; this or interface.'],
      interface: ['The link that the peer is at the other end of, found by its router advertisements.'],
      sourceAddress: ['From which address the session leaves.'],
      peerPort: ['TCP port of the peer.', { minimum: 1, maximum: 65_535 }, byDefault(179)],
      holdTime: ['Without a word for so long the session is over: 0s, or at least 3s.', DURATION],
      keepaliveTime: ['How often a word is sent; at most holdTime.', DURATION],
      connectTime: ['How long until it is tried again.', DURATION],
      routerID: ['An IPv4 address that names the node; absent: its own.'],
      nodeSelectors: ['Nodes that have the session: any of them selects; none: all.', atMost(64)],
      password: [
        'For TCP MD5 (RFC 2385), readable by who reads this object; better passwordSecret.',
        { maxLength: 80 },
      ],
      passwordSecret: ['A Secret of type kubernetes.io/basic-auth with the password, in the namespace of the agents.'],
      enableGracefulRestart: ['Routes stay while the speaker is replaced (RFC 4724), unless it is false.'],
      ebgpMultiHop: ['The peer of another AS is not on the same link.'],
      vrf: ['The VRF of the node in which the peer is.'],
      disableMP: ['IPv4 is told without RFC 4760.'],
      dualStackAddressFamily: ['Both families are told in this one session.'],
    },
    rules(
      ['has(self.peerASN) != has(self.dynamicASN)', 'either peerASN or dynamicASN must be there'],
      ['has(self.peerAddress) != has(self.interface)', 'either peerAddress or interface must be there'],
    ),
  ),
  limitsOf(SecretName, {
    name: ['Of the Secret.'],
    namespace: ['Has no effect: agents read it in their own namespace.'],
  }),
]
