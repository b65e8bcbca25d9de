import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { canonicalAddress } from '#net/ip-address.ts'

export type Family = 'IPv4' | 'IPv6'
export type Protocol = 'TCP' | 'UDP' | 'SCTP'

/** The node that receives the packet. */
export interface Node {
  readonly name: string
  readonly zone: string | undefined
  /** Its own addresses on which node ports answer. */
  readonly nodePortAddresses: readonly string[]
  readonly serviceCidrs: readonly string[]
  readonly podCidrs: readonly string[]
  /** Where its own pods live. */
  readonly ownPodCidrs: readonly string[]
}

/** All that the contract is decided by. Slices name their Service by label. */
export interface Cluster {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly node: Node
}

/** The first packet of a connection. `entry`: who sent it; a pod of another node is a pod. `stray`: a late one of none. */
export interface Packet {
  readonly entry: 'pod' | 'node' | 'outside'
  readonly source: string
  readonly destination: string
  readonly protocol: Protocol
  readonly port: number
  readonly stray?: boolean
}

export interface Backend {
  readonly address: string
  readonly port: number
  readonly masquerade: boolean
}

export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: 'tcp-reset' | 'icmp' }
  /** One of these, each as likely; `affinitySeconds`: and from then on the same one. `servicePort`: what the client's pin is kept by. */
  | {
      readonly kind: 'dnat'
      readonly servicePort: string
      readonly backends: readonly Backend[]
      readonly affinitySeconds: number | undefined
    }

/** `default/web` */
export const nameOf = ({ metadata }: Service): string => `${metadata?.namespace}/${metadata?.name}`

export const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4')

const known = new Map<string, string>()

/** The one spelling of an address, to compare by. */
export function spelled(address: string): string {
  const canonical = known.get(address) ?? canonicalAddress(address)
  known.set(address, canonical)
  return canonical
}
