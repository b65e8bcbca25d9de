import type { Kind } from '#api/catalogue/kind.ts'
import { lease } from './lease/kind.ts'

/** What is served of the group `coordination.k8s.io`. */
export const coordinationKinds: readonly Kind[] = [lease]
