import { containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import type { Hit } from './clause.ts'
import type { Frontend } from './frontends.ts'
import type { Node, Packet } from './model.ts'

/** Whether the endpoint sees the node instead of the client. */
export function isMasqueraded(
  node: Node,
  frontend: Frontend,
  packet: Packet,
  backend: string,
  fromHere: boolean,
  hit: Hit,
): boolean {
  const tell = (clause: Parameters<Hit>[0], masqueraded: boolean) => {
    hit(clause)
    return masqueraded
  }
  // Sources are translated where packets leave the node.
  if (packet.entry !== 'node' && node.nodePortAddresses.includes(backend)) return tell('masquerade/stays', false)
  if (packet.source === backend && packet.entry === 'pod') return tell('masquerade/hairpin', true)
  if (frontend.role === 'cluster-ip') {
    if (packet.entry === 'pod') return tell('masquerade/cluster-ip-pod', false)
    return tell(packet.entry === 'node' ? 'masquerade/cluster-ip-node' : 'masquerade/cluster-ip-outside', true)
  }
  if (frontend.service.spec?.externalTrafficPolicy !== 'Local') {
    if (packet.entry !== 'pod') return tell('masquerade/external-cluster', true)
    // Else the answer of an endpoint of a third node would not come back by the node that was asked.
    if (frontend.role === 'node-port' && !fromHere) hit('masquerade/other-node-port')
    return tell('masquerade/external-pod', true)
  }
  if (packet.entry === 'node') return tell('masquerade/local-node', true)
  if (packet.entry === 'pod' && !isHere(node, packet.source) && !isHere(node, backend))
    return tell('masquerade/local-detour', true)
  return tell('masquerade/local-keeps', false)
}

/** Whether an address is a pod's of this node, or the node's own. */
const isHere = ({ ownPodCidrs, nodePortAddresses }: Node, address: string): boolean =>
  nodePortAddresses.includes(address) ||
  ownPodCidrs.some((cidr) => containsAddress(parseCidr(cidr), parseAddress(address)))
