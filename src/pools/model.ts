import type { IpFamily } from '#net/ip-address.ts'
import type { Labels } from '#objects/object.ts'
import type { AddressRange } from './address-range.ts'

/** LabelSelector of meta/v1, whose form has been checked. */
export interface Selector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

/** What is wrong with an object, of whom, where in it, and what to do: it counts as if that part were not written. */
export interface PoolFault {
  /** `IPAddressPool metallb-system/first` */
  readonly object: string
  /** `spec.addresses[1]` */
  readonly field: string
  readonly text: string
}

export const faultText = ({ object, field, text }: PoolFault): string => `${object}: ${field}: ${text}`

/** Whose Services a pool is for; each that is not empty must hold. */
interface Allocation {
  /** The lower, the sooner; 0: after all others. */
  readonly priority: number
  readonly namespaces: readonly string[]
  readonly namespaceSelectors: readonly Selector[]
  readonly serviceSelectors: readonly Selector[]
}

export interface AddressPool {
  readonly name: string
  readonly object: string
  readonly labels: Labels
  readonly ranges: readonly AddressRange[]
  /** False: only for Services that ask for it, or for an address of it. */
  readonly autoAssign: boolean
  /** Leaves out IPv4 addresses that end with .0 and .255, which some routers take for networks and broadcasts. */
  readonly avoidBuggyIPs: boolean
  /** Absent: for everybody. */
  readonly allocation: Allocation | undefined
}

/** Which pools an advertisement is of: of all, where neither names nor selectors are told. */
export interface PoolChoice {
  readonly names: readonly string[]
  readonly selectors: readonly Selector[]
}

interface Advertisement {
  readonly object: string
  readonly pools: PoolChoice
  /** Any of them; none: all nodes. */
  readonly nodeSelectors: readonly Selector[]
  /** Any of them; none: all Services. */
  readonly serviceSelectors: readonly Selector[]
}

export interface L2Advertisement extends Advertisement {
  /** None: all that are fit for it. */
  readonly interfaces: readonly string[]
  readonly preferred: readonly { readonly weight: number; readonly selector: Selector }[]
}

/** RFC 1997, or RFC 8092 where it is large. */
export type Community =
  | { readonly kind: 'standard'; readonly value: number }
  | { readonly kind: 'large'; readonly value: readonly [global: number, first: number, second: number] }

export interface BgpAdvertisement extends Advertisement {
  /** Bits of the prefix that is told in the place of the address. */
  readonly aggregation: Readonly<Record<IpFamily, number>>
  readonly localPref: number | undefined
  readonly communities: readonly Community[]
  /** Names of peers; none: all. */
  readonly peers: readonly string[]
}

export interface BgpPeer {
  readonly name: string
  readonly object: string
  readonly myAsn: number
  readonly peerAsn: number | 'internal' | 'external'
  /** The AS that this session alone says it is of. */
  readonly localAsn: number | undefined
  /** One of both: an address, or an interface whose other end is found by router advertisements. */
  readonly address: string | undefined
  readonly interface: string | undefined
  readonly sourceAddress: string | undefined
  readonly port: number
  /** Seconds; absent: the speaker's own. */
  readonly holdTime: number | undefined
  readonly keepaliveTime: number | undefined
  readonly connectTime: number | undefined
  readonly routerId: string | undefined
  readonly nodeSelectors: readonly Selector[]
  readonly password:
    | { readonly text: string }
    | { readonly secret: { readonly namespace: string; readonly name: string } }
    | undefined
  /** Routes are kept while the agent is replaced: where nobody says otherwise. */
  readonly gracefulRestart: boolean
  readonly multiHop: boolean
  readonly vrf: string | undefined
  readonly disableMp: boolean
  readonly dualStackAddressFamily: boolean
}

/** All that is asked of the balancer, from objects of ours and of MetalLB's alike. */
export interface Balancing {
  /** Their ranges do not overlap. */
  readonly pools: readonly AddressPool[]
  readonly l2: readonly L2Advertisement[]
  readonly bgp: readonly BgpAdvertisement[]
  readonly peers: readonly BgpPeer[]
  readonly faults: readonly PoolFault[]
}
