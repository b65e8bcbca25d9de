import type { UsedKind } from '#dataplane/nftables/compile.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import type { Flow } from '#kernel/conntrack/conntrack.ts'
import type { StrangeTable } from '#kernel/nftables/strangers.ts'

/** What a node's kernel holds when it is asked: what `/kernel` of an agent's socket answers. */
export interface KernelAnswer {
  readonly node: string
  readonly tables: {
    /** `none`: there are no tables of Services; `foreign`: they are of another version, whose rules are others. */
    readonly services: 'ours' | 'foreign' | 'none'
    readonly policies: 'ours' | 'foreign' | 'none'
  }
  /** Of the Services that were asked for, and of what tells of the node. */
  readonly elements: readonly Element[]
  readonly kinds: readonly UsedKind[]
  /** Those that mention an address that was asked for, as a pod with policies, or as somebody whom they mean. */
  readonly policies: readonly Element[]
  readonly routes: readonly KernelRoute[]
  /** At most as many as were asked for. */
  readonly flows: readonly Flow[]
  /** Below /proc/sys/net; what the kernel does not have is left out. */
  readonly settings: Readonly<Record<string, string>>
  readonly strangers: readonly StrangeTable[]
  readonly links: readonly { readonly name: string; readonly mtu: number; readonly addresses: readonly string[] }[]
}

/** The way of a packet of this machine to an address. */
export interface KernelRoute {
  readonly to: string
  /** Left out: there is none, and `error` says why. */
  readonly via?: string
  readonly link?: string
  readonly source?: string
  readonly error?: string
}
