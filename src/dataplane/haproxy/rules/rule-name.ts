import { contentId } from './content-id.ts'

/** The key of a counter is cut off behind so many octets: a slot and a rule's name. */
export const LONGEST_COUNTER_KEY = 200
const LONGEST_NAME = 160

/** What a rule is called in log and counters: by its id, where that is not too long. */
export const ruleName = (id: string): string => (id.length > LONGEST_NAME ? contentId(id) : id)
