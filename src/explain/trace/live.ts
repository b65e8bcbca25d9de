/** What real packets met, held against what the model says of them. */
export interface Live {
  readonly accord: Accord
  readonly met: readonly Met[]
  readonly observations: readonly Observation[]
  /** Where a gateway is asked for a URL: what a real request got. */
  readonly request?: LiveRequest
  /** The kernel’s own trace of rules, and where there is none. */
  readonly trace: { readonly walks: readonly ComparedWalk[]; readonly unavailable: readonly Untraced[] }
}

/** `isOwn`: the gateway answered itself, no backend did. `failure`: why there was no answer. */
export interface LiveRequest {
  readonly accord: Accord
  readonly status?: number
  readonly location?: string
  readonly isOwn?: boolean
  readonly failure?: string
}

/**
 * `agree`: way and answer are as the model says. `unanswered`: the ways are, and no answer was seen where the model knows
 * somebody who may give one. `disagree`: a way or an answer is another.
 */
export type Accord = 'agree' | 'unanswered' | 'disagree'

/**
 * What one real probe met. `silent`: no answer in time. `forbidden`: the sender's own kernel refused to send (EPERM),
 * which is how it tells of a packet that its rules refuse or drop.
 */
export interface Observation {
  readonly answer: 'answered' | 'refused' | 'silent' | 'unreachable' | 'forbidden'
  /** As conntrack of a node has it; left out where no node translated it. */
  readonly translation?: {
    readonly node: string
    readonly backend: { readonly address: string; readonly port: number }
    readonly sourceSeen: string
  }
}

/** Probes that met the same. */
export interface Met {
  readonly observation: Observation
  readonly count: number
  readonly accord: Accord
}

/** A rule that matched in the kernel, or the end of a chain, as the kernel's trace tells it. */
export interface KernelStep {
  readonly table: string
  readonly chain: string
  readonly ruleHandle: number | undefined
  readonly type: string
  readonly verdict: string | undefined
  readonly target: string | undefined
}

/** The walk of a probe's first packet through one node. */
export interface KernelWalk {
  readonly node: string
  readonly steps: readonly KernelStep[]
}

export interface ComparedWalk extends KernelWalk {
  /** Those of our table in which a rule matched, in order, each once. */
  readonly chains: readonly string[]
  /** What became of it; none where rules did nothing to it. */
  readonly ends: readonly WalkEnd[]
  /** It is one of the ways that the model knows. */
  readonly fits: boolean
}

export type WalkEnd =
  | { readonly code: 'translated' | 'masqueraded' | 'refused' | 'dropped' }
  /** By our own table of policies. */
  | { readonly code: 'dropped-by-policies'; readonly chain: string }
  /** By a rule or a policy of somebody else's. */
  | { readonly code: 'dropped-elsewhere'; readonly table: string; readonly chain: string; readonly by: string }

/** Why there is no trace: a node’s kernel would not have it, or told of no packet. */
export type Untraced =
  | { readonly code: 'refused'; readonly node: string; readonly message: string }
  | { readonly code: 'silent' }
