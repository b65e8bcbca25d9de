import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'

/** What is asked: who sends what to whom. `from` and `to` as a person writes them. */
export interface Question {
  readonly from: string
  readonly to: string
  readonly protocol?: Protocol
  readonly family?: IpFamily
  /** Of names that tell none; without it the sender’s own means `default`, and a destination’s the sender’s. */
  readonly namespace?: string
  /** Of a URL that a gateway is asked for; else GET. */
  readonly method?: string
  /** `name: value`, as curl has them. */
  readonly headers?: readonly string[]
  /** The name that is asked for, of TLS and of HTTP, where the URL has an address. */
  readonly host?: string
  /** `namespace/name` of the Gateway that is meant, where several serve the name; or the name of a class of Ingresses. */
  readonly gateway?: string
}

/** Flags by which the commands of cures find the cluster that was asked about, where they would not by themselves. */
export interface CommandFlags {
  readonly fairlead: readonly string[]
  readonly kubectl: readonly string[]
}
