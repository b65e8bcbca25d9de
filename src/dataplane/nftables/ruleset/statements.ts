import { type Key, type SetName, type Statement, WORD } from '../rule.ts'

export const hasPorts: Statement = { do: 'has-ports' }
export const masquerade: Statement = { do: 'masquerade' }
export const drop: Statement = { do: 'drop' }
export const isParticular: Statement = { do: 'word-has', bit: WORD.PARTICULAR }
export const lookup = (key: Key, set: SetName): Statement => ({ do: 'lookup', key, set })
export const lookupNot = (key: Key, set: SetName): Statement => ({ do: 'lookup', key, set, not: true })
export const go = (how: 'goto' | 'jump', chain: string): Statement => ({ do: how, chain })
export const find = (key: Key, map: SetName): Statement => ({ do: 'set-word-from', key, map })
