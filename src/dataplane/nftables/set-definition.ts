import type { Key } from './rule.ts'

/** Who writes the elements of a set, and takes them away again. */
export type SetOwner =
  /** Whoever writes the rules: they come with them, and stand as long. */
  | 'rules'
  /** What is known of the node, or of the cluster: they are replaced as a whole. */
  | 'node'
  /** The Services: a change is the elements that differ. */
  | 'services'
  /** The policies: as Services. */
  | 'policies'
  /** The kinds that are met: an element leads to a chain, for good. */
  | 'kinds'
  /** The rules themselves, as packets come: they expire, and nobody else writes them. */
  | 'packets'

/**
 * All that there is to know of a set, or of a map where it has data. How it is made, how its elements are written, read
 * back and remembered, who adopts and audits them: all that follows from here.
 */
export interface SetDefinition {
  readonly name: string
  readonly key: Key
  /** `judgement`: what becomes of a packet, without a chain. */
  readonly data?: Key | 'verdict' | 'judgement'
  /** The last field of a key is a range: a prefix of an address, or ports from one to another. */
  readonly interval?: true
  readonly owner: SetOwner
  /** No two want the same element of it: nobody counts how many do. */
  readonly sole?: true
  /**
   * A packet gets to its elements by a frontend alone, and from them only to sets of lesser stages: so those come first
   * and go last where a Service takes several transactions.
   */
  readonly stage?: number
  /** What a client's pin means depends on it: tables of other rules, but with these sets as ours, hand over their pins. */
  readonly pinning?: true
}
