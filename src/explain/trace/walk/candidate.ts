import type { IpFamily } from '#net/ip-address.ts'
import type { ObjectRef } from '../reference.ts'
import type { Trouble } from '../trouble.ts'

/** An endpoint that might have been chosen, or a pod that is selected and is none. */
export interface Candidate {
  readonly address?: string
  readonly port?: number
  readonly pod?: ObjectRef
  readonly node?: string
  readonly chosen: boolean
  readonly why: CandidateReason
}

/** Why it is in the chosen set, or out of it. */
export type CandidateReason =
  | { readonly code: 'ready' }
  | { readonly code: 'ready-when-last-heard'; readonly node: string }
  | { readonly code: 'still-serving' }
  | { readonly code: 'local'; readonly node: string }
  | { readonly code: 'hinted-to-node'; readonly node: string }
  | { readonly code: 'hinted-to-zone'; readonly zone: string }
  | { readonly code: 'published-not-ready' }
  | { readonly code: 'not-local'; readonly node?: string }
  | { readonly code: 'serves-no-more' }
  | { readonly code: 'others-are-ready' }
  | { readonly code: 'not-ready'; readonly trouble?: Trouble }
  | { readonly code: 'hinted-to-other-nodes'; readonly nodes: readonly string[] }
  | { readonly code: 'hinted-to-other-zones'; readonly zones: readonly string[] }
  | { readonly code: 'left-out' }
  | { readonly code: 'ended'; readonly phase: string }
  | { readonly code: 'no-address'; readonly family: IpFamily; readonly trouble?: Trouble }
  | { readonly code: 'leaving' }
  | { readonly code: 'target-port-not-declared' }
  | { readonly code: 'no-endpoint' }
