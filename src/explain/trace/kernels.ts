import type { Protocol } from '#net/port-protocol.ts'
import type { ObjectRef } from './reference.ts'

/** Which agent tells of a node's kernel. */
export interface AgentOf {
  readonly agent: ObjectRef
  /** Left out where it did not say. */
  readonly version?: string
}

/** Why nobody tells of a node's kernel. */
export type AgentAway =
  /** `others`: pods of another proxy that are there. */
  | { readonly code: 'no-agent'; readonly others: readonly ObjectRef[] }
  /** Its pod does not run, or gives no answer. */
  | { readonly code: 'agent-away'; readonly agent: ObjectRef; readonly message: string }
  /** Who asks may not ask it: the rule of RBAC that is missing. */
  | { readonly code: 'forbidden'; readonly agent?: ObjectRef; readonly rule: AccessRule; readonly message: string }

/** A rule of RBAC that is needed, in a namespace. */
export interface AccessRule {
  readonly namespace: string
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** What the kernel of a node on the packet's way holds of what is asked, against what the objects say that it should. */
export type NodeKernel = { readonly node: string } & (
  | AgentAway
  | (AgentOf & { readonly code: 'in-sync' })
  | (AgentOf & { readonly code: 'behind'; readonly pending: number; readonly differences: readonly KernelDifference[] })
  /** The kernel refused the Service; what it holds of it differs so. */
  | (AgentOf & {
      readonly code: 'refused'
      readonly service: ObjectRef
      readonly message: string
      readonly differences: readonly KernelDifference[]
    })
  /** The tables are there by other rules: another version's, or edited by somebody. */
  | (AgentOf & { readonly code: 'other-rules' })
  /** There are no tables of Services: the agent's part does not run, or has not written them yet. */
  | (AgentOf & { readonly code: 'no-rules' })
) & { readonly strangers?: readonly StrangerTable[] }

/** One frontend that the kernel holds otherwise. */
export type KernelDifference = KernelFrontend &
  (
    | { readonly code: 'frontend-missing' | 'frontend-too-many' }
    | {
        readonly code: 'endpoints-differ'
        /** `local`: of those that who comes from outside is led to under policy Local. */
        readonly of: 'cluster' | 'local'
        /** `10.244.1.2:8080`; one that weighs more may stand several times. */
        readonly missing: readonly string[]
        readonly tooMany: readonly string[]
      }
    /** What is done with a client: `pick-3`, `reject`, `drop`, `sticky-2-10800`; `none` where there is none of policy Local. */
    | {
        readonly code: 'treatment-differs'
        readonly of: 'cluster' | 'local'
        readonly held: string
        readonly wanted: string
      }
    /** Who alone may ask; none: all. */
    | { readonly code: 'sources-differ'; readonly held: readonly string[]; readonly wanted: readonly string[] }
  )

interface KernelFrontend {
  /** Left out of a node port. */
  readonly address?: string
  readonly protocol: Protocol
  readonly port: number
}

/** A table of others that packets of that node meet. */
export interface StrangerTable {
  readonly family: string
  readonly table: string
  readonly by: 'nftables' | 'legacy'
  /** `prerouting -100` */
  readonly hooks: readonly string[]
  readonly deeds: readonly ('drop' | 'reject' | 'nat')[]
}
