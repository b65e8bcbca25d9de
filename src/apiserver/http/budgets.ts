import { Budget } from './budget.ts'

/** Milliseconds in which any client that reads or sends at all has done so with most of it. */
const GRACE = 5000

/** Bodies of requests that are still being read: some forty of the largest size. */
export const bodies = new Budget(128 * 1024 * 1024, GRACE)
/** Answers that their clients have not taken yet. */
export const answers = new Budget(256 * 1024 * 1024, GRACE)

/** How long a client may take to send a body, or to take an answer: upstream's --request-timeout, milliseconds. */
export const PATIENCE = 60_000
