import { findCondition } from '#objects/conditions.ts'

/** What is read of an object to tell whether it is ready: counts and conditions, of any kind. */
export interface WaitedObject {
  readonly kind?: string
  readonly apiVersion?: string
  readonly metadata?: { readonly generation?: number }
  readonly spec?: { readonly replicas?: number }
  readonly status?: {
    readonly observedGeneration?: number
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
    readonly phase?: string
    readonly updatedReplicas?: number
    readonly availableReplicas?: number
    readonly readyReplicas?: number
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberAvailable?: number
  }
}

type ObjectReadiness =
  | { readonly is: 'ready' }
  /** `why` is in words; `failed`: it does not become ready any more. */
  | { readonly is: 'waiting' | 'failed'; readonly why: string }

const READY: ObjectReadiness = { is: 'ready' }
const waiting = (why: string): ObjectReadiness => ({ is: 'waiting', why })

const byCondition = ({ status }: WaitedObject, type: string): ObjectReadiness => {
  const condition = findCondition(status?.conditions, type)
  return condition?.status === 'True'
    ? READY
    : waiting(`it is not ${type}${condition?.message ? `: ${condition.message}` : ''}`)
}

/** As `kubectl rollout status` counts: all that is wanted is of the newest template, and there. */
const byReplicas = (wanted: number, updated = 0, there = 0): ObjectReadiness =>
  updated < wanted || there < wanted ? waiting(`${Math.min(updated, there)} of ${wanted} pods are there`) : READY

/** Whether an object does what it was applied for. Of kinds that are not named here it is enough that they are there. */
export const objectReadiness = (object: WaitedObject): ObjectReadiness => {
  const { kind, metadata, spec, status = {} } = object
  const isBehind = metadata?.generation !== undefined && (status.observedGeneration ?? 0) < metadata.generation
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
      if (isBehind) return waiting('nobody has seen it yet')
      return byReplicas(
        spec?.replicas ?? 1,
        status.updatedReplicas,
        kind === 'Deployment' ? status.availableReplicas : status.readyReplicas,
      )
    case 'DaemonSet':
      if (isBehind) return waiting('nobody has seen it yet')
      return byReplicas(status.desiredNumberScheduled ?? 0, status.updatedNumberScheduled, status.numberAvailable)
    case 'Job': {
      const failed = findCondition(status.conditions, 'Failed')
      if (failed?.status === 'True') return { is: 'failed', why: `it has failed: ${failed.message ?? ''}` }
      return byCondition(object, 'Complete')
    }
    case 'Pod':
      if (status.phase === 'Succeeded') return READY
      if (status.phase === 'Failed') return { is: 'failed', why: 'it has failed' }
      return byCondition(object, 'Ready')
    case 'CustomResourceDefinition':
      return byCondition(object, 'Established')
    default:
      return READY
  }
}
