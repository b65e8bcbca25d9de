import type { Kind } from '#api/catalogue/kind.ts'
import { controllerRevision } from './controllerrevision/kind.ts'
import { daemonSet } from './daemonset/kind.ts'
import { deployment } from './deployment/kind.ts'
import { replicaSet } from './replicaset/kind.ts'
import { statefulSet } from './statefulset/kind.ts'

/** What is served of the group `apps`, in discovery's order. */
export const appsKinds: readonly Kind[] = [controllerRevision, daemonSet, deployment, replicaSet, statefulSet]
