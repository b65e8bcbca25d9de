import { type Key, type Rule, type Statement, WORD } from '../rule.ts'
import type { NodeSetName } from './sets.ts'

export const hasPorts: Statement = { do: 'has-ports' }
export const masquerade: Statement = { do: 'masquerade' }
export const drop: Statement = { do: 'drop' }
export const isParticular: Statement = { do: 'word-has', bit: WORD.PARTICULAR }
export const go = (how: 'goto' | 'jump', chain: string): Statement => ({ do: how, chain })

/** The statements that name the sets of a ruleset: a name that it does not have does not compile. */
export const statementsOf = <Name extends string>() => ({
  lookup: (key: Key, set: Name): Statement => ({ do: 'lookup', key, set }),
  lookupNot: (key: Key, set: Name): Statement => ({ do: 'lookup', key, set, not: true }),
  find: (key: Key, map: Name): Statement => ({ do: 'set-word-from', key, map }),
})

export const { lookup, lookupNot, find } = statementsOf<NodeSetName>()

/** What a pod sends in another's name is dropped. */
export const ownSourceRules: readonly Rule[] = [
  // As who asks by DHCP does, to all: the kernel takes such a one to have a way back.
  [{ do: 'no-source' }, { do: 'from-pod' }, drop],
  [{ do: 'from-pod' }, { do: 'no-way-back' }, drop],
]
