import type { Kind } from '#api/catalogue/kind.ts'
import { cronJob } from './cronjob/kind.ts'
import { job } from './job/kind.ts'

/** What is served of the group `batch`, in discovery's order. */
export const batchKinds: readonly Kind[] = [cronJob, job]
