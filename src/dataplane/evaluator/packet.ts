/** A packet as it enters one node: mostly a new connection's first. Addresses in canonical text. */
export interface Packet {
  readonly source: string
  readonly destination: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly port: number
  /** It starts on the node itself (output hook), not on a link (prerouting). */
  readonly fromNode?: boolean
  /** The address of the pod by whose link it comes. */
  readonly fromPod?: string
  /** It comes from another machine, not from a pod of this node. */
  readonly fromUplink?: boolean
  /** At the load balancer: the mark of the node that its connection was given. */
  readonly flow?: number
  /** Its connection has been answered: it is not the first of it. */
  readonly isAnswered?: boolean
  /** It is TCP and no connection's first: one that the kernel knows nothing of begins with it all the same. */
  readonly isMidStream?: boolean
  /** It belongs to no connection, and begins none. */
  readonly isInvalid?: boolean
}

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export type Refusal =
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: 'tcp-reset' | 'port-unreachable' }

/** What becomes of it. `pass`: no Service's; it goes where it was addressed. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'dnat'; readonly to: Endpoint; readonly masquerade: boolean }
  | Refusal
