import type { Effect } from './effect.ts'
import type { Question } from './question.ts'

/**
 * What mends it: a command to run as it stands (files that it reads are one's own), or what to ask instead. `look` mends nothing and shows more. `argv` has
 * the flags by which it reaches the cluster that was asked about.
 */
export type Cure = CureFrame &
  ({ readonly kind: 'run' | 'look' } | { readonly kind: 'ask'; readonly question: Question })

interface CureFrame {
  readonly argv: readonly string[]
  /** What the command reads from its standard input: an object, as JSON. */
  readonly input?: string
  readonly effect: Effect
  /** Another way to the same end than the cure before it. */
  readonly alternative?: true
}
