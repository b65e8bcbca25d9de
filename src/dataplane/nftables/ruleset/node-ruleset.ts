import { TABLE } from '../rule.ts'
import { SetTable } from '../set-table.ts'
import { chains } from './chains.ts'
import { kindChains } from './kind-chains.ts'
import type { Ruleset } from './ruleset.ts'
import { sets } from './sets.ts'

/** What every node's kernel holds. */
export const NODE_RULESET: Ruleset = { table: TABLE, sets: new SetTable(sets), chains, kindChains }
