import type { Chain } from '../rule.ts'
import type { SetTable } from '../set-table.ts'
import type { Kind } from './kinds.ts'

/** All that is written before there is any element, and what is added when a kind is first met. */
export interface Ruleset {
  /** Its table's name, in each family. */
  readonly table: string
  readonly sets: SetTable
  readonly chains: readonly Chain[]
  readonly kindChains: (kind: Kind) => readonly Chain[]
}
