import { createHash } from 'node:crypto'

/** One port of a Service in one family, as a node's kube-proxy knows it. */
export interface StrangerService {
  /** `default/web:http`, or `default/web` where the port has no name. */
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly clusterIp: string
  readonly port: number
  readonly nodePort?: number
  readonly balancerIps: readonly string[]
  /** externalTrafficPolicy Local. */
  readonly isLocal?: boolean
  /** Of the affinity by ClientIP. */
  readonly affinitySeconds?: number
  readonly endpoints: readonly { readonly address: string; readonly port: number; readonly isHere: boolean }[]
}

/** What of a node its kube-proxy writes into rules. */
export interface StrangerNode {
  readonly family: 4 | 6
  readonly addresses: readonly string[]
  /** The pods of all nodes: who is not one of them is masqueraded at a ClusterIP. */
  readonly podCidr: string
  readonly serviceCidr: string
}

/** Names of chains end with a hash, in base32, of what they are for. */
export const chainHash = (text: string, letters: number): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let bits = ''
  for (const octet of createHash('sha256').update(text).digest()) bits += octet.toString(2).padStart(8, '0')
  return Array.from({ length: letters }, (_, at) => alphabet[Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2)]).join(
    '',
  )
}

/** An address with a port, as iptables and nft have it. */
export const endpointText = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
