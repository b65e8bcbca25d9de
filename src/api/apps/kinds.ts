import type { Kind } from '#api/catalogue/kind.ts'
import { deployment } from './deployment/kind.ts'
import { replicaSet } from './replicaset/kind.ts'

/** What is served of the group `apps`, in discovery's order. */
export const appsKinds: readonly Kind[] = [deployment, replicaSet]
