import type { Entry } from './entry.ts'
import type { Listener, SitePort } from './table.ts'

/** What takes the requests of a listener that none of its own entries takes. */
export const entriesBehind = ({ shared }: SitePort, { behind }: Listener): readonly Entry[] =>
  behind === undefined ? [] : (shared?.[behind] ?? [])

/** All entries of a port, those that listeners share once. */
export const entriesOfPort = ({ listeners, shared = {} }: SitePort): readonly Entry[] => [
  ...listeners.flatMap(({ entries }) => entries),
  ...Object.values(shared).flat(),
]
