import { type PeerOptions, parsePeers } from '#bgp/session/peer-options.ts'
import { familyOfText } from '#net/per-family.ts'
import type { Labels } from '#objects/object.ts'
import { type BgpPeer, faultText } from '#pools/model.ts'
import { anySelects } from '#pools/pool-choice.ts'
import type { Password } from './peer-passwords.ts'

/** The speaker's own hold time, seconds. */
const USUAL_HOLD = 90

interface NodeGround {
  readonly labels: Labels | undefined
  /** One of each family that the node has. */
  readonly addresses: readonly string[]
  /** What is known of the password in the Secret of that name. */
  readonly passwordOf: (secret: string) => Password
  /** Where Secrets are read. */
  readonly namespace: string
}

interface SpokenPeers {
  readonly peers: readonly PeerOptions[]
  /** What is wrong with others, or with these, in words. */
  readonly faults: readonly string[]
}

/** Those that are for a node with these labels. */
export const peersOfNode = (peers: readonly BgpPeer[], labels: Labels | undefined): readonly BgpPeer[] =>
  peers.filter(({ nodeSelectors }) => anySelects(nodeSelectors, labels))

/** With whom this node speaks, and how. Who is at fault, or whose password is not known yet, is left out; others are not. */
export const spokenPeers = (all: readonly BgpPeer[], ground: NodeGround): SpokenPeers => {
  const peers: PeerOptions[] = []
  const faults: string[] = []
  for (const peer of peersOfNode(all, ground.labels)) {
    const fault = (field: string, text: string): void => {
      faults.push(faultText({ object: peer.object, field: `spec.${field}`, text }))
    }
    const password = passwordOf(peer, ground, fault)
    const options = optionsOf(peer, ground, fault)
    if (options === undefined || password === undefined) continue
    const spoken = { ...options, ...(password !== '' && { password }) }
    try {
      parsePeers([...peers, spoken])
      peers.push(spoken)
    } catch (error) {
      faults.push(`${peer.object}: ${(error as Error).message}`)
    }
  }
  return { peers, faults }
}

type OnFault = (field: string, text: string) => void

/** Empty: none is asked for; undefined: it is not known. */
const passwordOf = ({ password }: BgpPeer, ground: NodeGround, fault: OnFault): string | undefined => {
  if (password === undefined) return ''
  if ('text' in password) return password.text
  const { name } = password.secret
  const known = ground.passwordOf(name)
  if (known.fault !== undefined) {
    const rest = known.text === undefined ? 'there is no session' : 'what was read before goes on to be used'
    const text = `the password in Secret ${ground.namespace}/${name} cannot be read, so ${rest}: ${known.fault}`
    fault('passwordSecret', text)
  }
  return known.text
}

const optionsOf = (peer: BgpPeer, { addresses }: NodeGround, fault: OnFault): PeerOptions | undefined => {
  const { name, address, holdTime = USUAL_HOLD, keepaliveTime, connectTime, sourceAddress, peerAsn } = peer
  if (address === undefined) {
    fault('interface', 'who is at the other end of a link is not looked for; write its address as peerAddress')
    return undefined
  }
  if (peer.vrf !== undefined) {
    fault('vrf', 'sessions are held in the node’s main routing table alone; take it away, or select no node')
    return undefined
  }
  if (peerAsn === 'external') {
    fault('dynamicASN', 'an AS that is not known beforehand is not spoken with; write it as peerASN')
    return undefined
  }
  const own = new Map(addresses.map((one) => [familyOfText(one), one]))
  const routerId = peer.routerId ?? own.get('IPv4')
  if (routerId === undefined) {
    fault('routerID', 'the node has no IPv4 address to be known by; write one that no other node has')
    return undefined
  }
  const localAsn = peer.localAsn ?? peer.myAsn
  const other = familyOfText(address) === 'IPv4' ? 'IPv6' : 'IPv4'
  const nextHop = peer.dualStackAddressFamily && !peer.disableMp ? own.get(other) : undefined
  return {
    name,
    address,
    port: peer.port,
    localAsn,
    peerAsn: peerAsn === 'internal' ? localAsn : peerAsn,
    routerId,
    holdSeconds: Math.round(holdTime),
    // MetalLB lets it be as long as the hold time, in which a single lost one would end the session.
    ...(keepaliveTime !== undefined && {
      keepaliveSeconds: Math.max(1, Math.floor(Math.min(keepaliveTime, holdTime / 3))),
    }),
    ...(connectTime !== undefined && { connectRetrySeconds: Math.max(1, Math.round(connectTime)) }),
    ...(sourceAddress !== undefined && { sourceAddress }),
    isMultihop: peer.multiHop,
    ...(nextHop !== undefined && { nextHop: { [other]: nextHop } }),
    ...(!peer.gracefulRestart && { gracefulRestartSeconds: false }),
  }
}
