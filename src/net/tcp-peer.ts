/** How packets of a TCP connection with one peer go, and which of its are taken. */
export interface TcpPeer {
  readonly address: string
  readonly port: number
  /** The interface of a link-local address. */
  readonly zone: string | undefined
  /** The address that connections leave from. */
  readonly sourceAddress: string | undefined
  /** TTL or hop limit of what is sent; undefined: the kernel's. */
  readonly ttl: number | undefined
  /** What comes with less is dropped (RFC 5082). */
  readonly leastTtl: number | undefined
  /** Segments are signed with it, 1 to 80 octets (RFC 2385). */
  readonly password: string | undefined
}
