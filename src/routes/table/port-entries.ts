import type { Entry } from './entry.ts'
import type { Listener, SitePort } from './table.ts'

/** What takes the requests of a listener that none of its own entries takes. */
export const entriesBehind = ({ shared }: SitePort, { behind }: Listener): readonly Entry[] =>
  behind === undefined ? [] : (shared?.[behind] ?? [])

/** Whether a regular expression says which requests an entry takes: where it may be at fault, nobody knows which they are. */
export const hasExpression = ({ path, headers, query }: Entry): boolean =>
  [path, ...headers, ...query].some(({ type }) => type === 'RegularExpression')

/** All entries of a port, those that listeners share once. */
export const entriesOfPort = ({ listeners, shared = {} }: SitePort): readonly Entry[] => [
  ...listeners.flatMap(({ entries }) => entries),
  ...Object.values(shared).flat(),
]
