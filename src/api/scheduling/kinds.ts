import type { Kind } from '#api/catalogue/kind.ts'
import { priorityClass } from './priorityclass/kind.ts'

/** What is served of the group `scheduling.k8s.io`. */
export const schedulingKinds: readonly Kind[] = [priorityClass]
