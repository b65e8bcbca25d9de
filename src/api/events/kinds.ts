import type { Kind } from '#api/catalogue/kind.ts'
import { event } from './event/kind.ts'

/** What is served of the group `events.k8s.io`. */
export const eventsKinds: readonly Kind[] = [event]
