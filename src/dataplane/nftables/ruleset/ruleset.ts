import type { Chain, SetDefinition } from '../rule.ts'
import type { Kind } from './kinds.ts'

/** All that is written before there is any element, and what is added when a kind is first met. */
export interface Ruleset {
  readonly sets: readonly SetDefinition[]
  readonly chains: readonly Chain[]
  readonly kindChains: (kind: Kind) => readonly Chain[]
}
