import { randomUUID } from 'node:crypto'

/** What script/build writes in its place. */
declare const FAIRLEAD_BUILD: string | undefined

/** Tells one build of ours from another by what it was made of; run from its sources, each start from another. */
export const BUILD: string = typeof FAIRLEAD_BUILD === 'string' ? FAIRLEAD_BUILD : randomUUID()
