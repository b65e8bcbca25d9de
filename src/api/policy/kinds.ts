import type { Kind } from '#api/catalogue/kind.ts'
import { podDisruptionBudget } from './poddisruptionbudget/kind.ts'

/** What is served of the group `policy`, in discovery's order. */
export const policyKinds: readonly Kind[] = [podDisruptionBudget]
