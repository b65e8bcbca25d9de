import type { FlowMethods } from '#kernel/conntrack/conntrack.ts'

/** What a node's proxy says of itself. */
export interface SyncState {
  /** When the kernel last acknowledged a write; undefined: not yet. */
  readonly appliedAt: number | undefined
  /** Services that wait to be written. */
  readonly pending: number
  readonly failed: readonly { readonly service: string; readonly error: string; readonly retryAt: number }[]
  readonly services: number
  readonly elements: number
  /** How often somebody else had edited our tables, and we made them right again. */
  readonly mended: number
  /** Services with a policy Local port whose endpoints are all elsewhere, so that this node drops what comes to it. */
  readonly noLocalEndpoints: { readonly internal: number; readonly external: number }
  /** How stale UDP flows are deleted in each family: by targeted requests, or by a dump of all UDP entries. */
  readonly conntrack: FlowMethods
}
