/** The rules that we write, as data: render.ts writes them for the kernel, evaluate.ts walks them with a packet. */

/** nftables' word for the family of a table. */
export type TableFamily = 'ip' | 'ip6'

export const TABLE = 'fairlead'
export const TABLE_FAMILIES: readonly TableFamily[] = ['ip', 'ip6']

/**
 * The scratch word that a packet carries through a hook, in `meta priority`: particular (1 bit), service-port id (18
 * bits), local (1 bit), kind (12 bits). Once an endpoint is chosen by number, the lowest 13 bits are that number.
 */
export const WORD = {
  ID_SHIFT: 13,
  /** Of a frontend that does not treat all clients alike: it has source ranges, or policy Local. */
  PARTICULAR: 0x80000000,
  LOCAL: 0x1000,
  /** Of a service port: what pins are kept by. */
  SERVICE_PORT: 0x7fffe000,
  /** Of a set of backends: service port and local. */
  BACKENDS: 0x7ffff000,
  KIND: 0x00000fff,
  MAX_ID: 0x3ffff,
  MAX_KIND: 0xfff,
  /** Of an endpoint within its service port. */
  ENDPOINT: 0x00001fff,
  MAX_ENDPOINT: 0x1fff,
} as const

/** What a rule reads of a packet, and what a set's key is made of. `ct-…`: as the client sent it, before translation. */
export type Field =
  | 'saddr'
  | 'daddr'
  | 'l4proto'
  | 'dport'
  | 'ct-daddr'
  | 'ct-dport'
  /** The client, for its pin: the address, or for IPv6 a hash of it (nft 1.0.6 cannot update a map by a key of more than 16 bytes). */
  | 'client'
  | 'word'
  /** The packet's mark, by which it is routed, and that of its connection. Only the load balancer has a use for them. */
  | 'mark'
  | 'ct-mark'
  | { readonly word: number }
  | { readonly random: number }

export type Key = readonly Field[]

/** One match or action. A match that fails ends its rule; a lookup that finds nothing does too. */
export type Statement =
  | { readonly do: 'lookup'; readonly key: Key; readonly set: string; readonly not?: true }
  | { readonly do: 'has-ports' }
  | { readonly do: 'protocol-is'; readonly protocol: 'tcp' | 'udp'; readonly not?: true }
  | { readonly do: 'translated' }
  | { readonly do: 'connection-invalid' }
  /** It has been answered, or tells of one that has. */
  | { readonly do: 'connection-answered' }
  /** The kernel keeps no connection for it, as for who asks for neighbours. */
  | { readonly do: 'connection-untracked' }
  /** TCP, and not the first packet of a connection. */
  | { readonly do: 'mid-stream' }
  /** It came in by a pod's link. */
  | { readonly do: 'from-pod' }
  /** It says of nobody that it comes from there: 0.0.0.0, or ::. */
  | { readonly do: 'no-source' }
  /** No route leads back to its source by the link that it came in by. */
  | { readonly do: 'no-way-back' }
  /** It came in by the node's link to the others, not from a pod and not from the node itself. */
  | { readonly do: 'from-uplink' }
  | { readonly do: 'source-is-node' }
  | { readonly do: 'word-has'; readonly bit: number }
  | { readonly do: 'word-is'; readonly word: number }
  | { readonly do: 'set-word'; readonly and: number; readonly or: number }
  | { readonly do: 'set-word-from'; readonly key: Key; readonly map: string }
  | { readonly do: 'goto-kind' }
  /** What the element says becomes of it: it goes back to where it was sent from, or is dropped. */
  | { readonly do: 'judge'; readonly key: Key; readonly map: string }
  /** Notes something of who sent the packet, for so long; what is noted already stays, and its time begins anew. */
  | { readonly do: 'update'; readonly map: string; readonly key: Key; readonly data: Field; readonly seconds: number }
  | { readonly do: 'forget'; readonly map: string; readonly key: Key; readonly data: Field }
  | { readonly do: 'set-mark-from' | 'set-flow-from'; readonly key: Key; readonly map: string }
  /** 1 to `nodes`, by who sends to whom. */
  | { readonly do: 'set-mark-by-hash'; readonly nodes: number }
  | { readonly do: 'set-mark-to-flow' }
  | { readonly do: 'dnat' | 'snat'; readonly key: Key; readonly map: string }
  | { readonly do: 'goto' | 'jump'; readonly chain: string }
  | { readonly do: 'return' | 'drop' | 'accept' | 'notrack' | 'masquerade' }
  | { readonly do: 'reject'; readonly with: 'tcp-reset' | 'port-unreachable' }

export type Rule = readonly Statement[]

/** Where packets can be met: coming in, for the node itself, on the way through, from the node itself, going out. */
export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'

/** What is on the way through is not translated there. */
export type NatHookName = Exclude<HookName, 'forward'>

export type Hook = (
  | { readonly type: 'nat'; readonly hook: NatHookName }
  | { readonly type: 'filter'; readonly hook: HookName }
) & {
  /** Written as a number: nft releases differ in the names that they take for the output hook. */
  readonly priority: number
}

export interface Chain {
  readonly name: string
  readonly hook?: Hook
  readonly rules: readonly Rule[]
}

/**
 * An address or CIDR in canonical text, a protocol's name in lower case, a port, ports from one to another (`80-443`), a word,
 * a slot, or what becomes of a packet (`return`, `drop`).
 */
export type Value = string | number

/** One element of a set, or of a map where it has data. */
export interface Element {
  readonly family: TableFamily
  readonly set: string
  readonly key: readonly Value[]
  readonly data?: readonly Value[]
  /** For people who read the kernel's lists. It makes no difference to an element. */
  readonly comment?: string
}
