import type { Protocol } from '#net/port-protocol.ts'
import type { Candidate } from './trace/candidate.ts'
import type { Finding } from './trace/finding.ts'

/** One step of the packet, in words. `details` stand below it, one a line. */
export interface Step {
  /** `node-2, prerouting` */
  readonly at: string
  readonly text: string
  readonly details?: readonly string[]
}

/** What may become of the packet at one node. Where several may, the kernel picks. */
export interface PathOutcome {
  /** Which decided; undefined where no node met it. */
  readonly node: string | undefined
  readonly verdict: 'deliver' | 'reject' | 'drop' | 'unreachable' | 'closed' | 'astray'
  /** Of `deliver`: nobody could look whether a program listens there. */
  readonly listensUnknown?: boolean
  /** And nobody says so either: no container declares the port, no Service leads to it. */
  readonly undeclared?: boolean
  /** Who gets it; `closed`: it is sent there, and nothing listens; `astray`: it answers, and the reply does not arrive. */
  readonly backend?: { readonly address: string; readonly port: number; readonly pod: string | undefined }
  /** Translated by a Service, not addressed so. */
  readonly translated?: boolean
  readonly masqueraded?: boolean
  /** The address that the backend sees. */
  readonly sourceSeen?: string
}

/**
 * The chains of our rules in which a packet may meet a rule that matches, at one node, in order: one list for each way
 * that chance allows.
 */
export interface ModelWalk {
  readonly node: string
  readonly ways: readonly (readonly string[])[]
}

/** `sometimes`: the kernel picks, and some picks are not answered. `unknown`: it cannot be told from here. */
export type Verdict = 'reachable' | 'sometimes' | 'unreachable' | 'unknown'

export interface Explanation {
  readonly from: string
  readonly to: string
  readonly protocol: Protocol
  readonly source: { readonly name: string; readonly address: string; readonly node: string | undefined }
  /** Undefined where the name led nowhere. */
  readonly destination: { readonly address: string; readonly port: number } | undefined
  /** `default/web`, where a Service is asked. */
  readonly service: string | undefined
  /** The verdict is `reachable`. */
  readonly reachable: boolean
  readonly verdict: Verdict
  /**
   * What the verdict stands on. `kernels`: the agents of the nodes whose rules it meets told that their kernels hold
   * them. `model`: no kernel was asked, it is what the rules should do.
   */
  readonly basis: 'kernels' | 'model'
  readonly steps: readonly Step[]
  readonly candidates: readonly Candidate[]
  readonly outcomes: readonly PathOutcome[]
  /** Of each node whose rules it meets; none where the rules are not ours. */
  readonly walks: readonly ModelWalk[]
  readonly findings: readonly Finding[]
  /** What nobody could look at, in words. */
  readonly unseen: readonly string[]
}
