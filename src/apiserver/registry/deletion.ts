import type { Kind } from '#api/catalogue/kind.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { type FieldError, invalid, notSupported } from '#api/validation/field-error.ts'
import { FOREGROUND, ORPHAN } from '#objects/deletion.ts'
import { preconditionFailed } from '../errors.ts'

/** The parts of meta/v1 DeleteOptions that decide how an object goes. */
export interface DeleteRequest {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: string
  readonly orphanDependents?: boolean
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil']

/** What no deletion can mean. */
export const propagationProblems = ({ propagationPolicy, orphanDependents }: DeleteRequest): readonly FieldError[] => {
  if (propagationPolicy === undefined) return []
  const field = 'propagationPolicy'
  return [
    ...(orphanDependents === undefined
      ? []
      : [invalid(field, propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set')]),
    ...(POLICIES.slice(0, 3).includes(propagationPolicy) ? [] : [notSupported(field, propagationPolicy, POLICIES)]),
  ]
}

/**
 * `now`: it goes with this as its last state. `later`: it stays, marked, until grace, finalizers or contents are gone.
 */
interface DeletionPlan {
  readonly kind: 'now' | 'later'
  readonly object: ApiObject
}

/** Throws Conflict where the object is another one, or in another state, than who deletes it thinks. */
export const checkPreconditions = (
  resource: Resource,
  name: string,
  { metadata }: ApiObject,
  { preconditions }: DeleteRequest,
): void => {
  const { uid, resourceVersion } = preconditions ?? {}
  if (uid !== undefined && uid !== metadata?.uid) throw preconditionFailed(resource, name, 'UID', uid, metadata?.uid)
  const held = metadata?.resourceVersion
  if (resourceVersion !== undefined && resourceVersion !== held)
    throw preconditionFailed(resource, name, 'ResourceVersion', resourceVersion, held)
}

/**
 * Deletion as Kubernetes does it: with the grace that the kind gives, after what the object holds and its finalizers, else
 * at once.
 */
export const planDeletion = (
  { deletion }: Kind,
  object: ApiObject,
  request: DeleteRequest,
  now: Date,
): DeletionPlan => {
  const metadata = object.metadata ?? {}
  const finalizers = finalizersFor(metadata.finalizers ?? [], request, deletion?.orphans)
  const grace = graceSeconds(deletion, object, request)
  // A second delete can only shorten what the first one granted, counted from when that came.
  const { deletionTimestamp, deletionGracePeriodSeconds: granted = 0 } = metadata
  const seconds = deletionTimestamp ? Math.min(grace, granted) : grace
  const began = deletionTimestamp ? Date.parse(deletionTimestamp) - granted * 1000 : now.getTime()
  const times: ObjectMeta = {
    deletionTimestamp: timeText(began + seconds * 1000),
    ...(deletion?.knowsNoGrace ? {} : { deletionGracePeriodSeconds: seconds }),
  }
  const waits = finalizers.length > 0 || seconds > 0 || deletion?.holds?.(object) === true
  if (!waits) {
    return { kind: 'now', object: deletionTimestamp ? { ...object, metadata: { ...metadata, ...times } } : object }
  }
  const marked: ObjectMeta = {
    ...metadata,
    ...(finalizers.length > 0 ? { finalizers } : {}),
    ...times,
    // A kind without generations gets none from being deleted.
    ...(metadata.generation !== undefined && !deletionTimestamp ? { generation: metadata.generation + 1 } : {}),
  }
  const next: ApiObject = { ...object, metadata: marked }
  return { kind: 'later', object: deletion?.marked?.(next, object) ?? next }
}

/** True for a state whose deletion has nothing left to wait for. */
export const isTerminated = ({ deletion }: Kind, object: ApiObject): boolean => {
  const metadata = object.metadata
  if (!metadata?.deletionTimestamp || (metadata.finalizers?.length ?? 0) > 0) return false
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0 && !deletion?.holds?.(object)
}

const graceSeconds = (deletion: Kind['deletion'], object: ApiObject, request: DeleteRequest): number => {
  const { gracePeriodSeconds: asked } = request
  // A negative wish is one second.
  return deletion?.graceSeconds?.(object, asked !== undefined && asked < 0 ? 1 : asked) ?? 0
}

const finalizersFor = (current: readonly string[], request: DeleteRequest, orphans = false): readonly string[] => {
  const { propagationPolicy, orphanDependents } = request
  const policy = orphanDependents === undefined ? propagationPolicy : orphanDependents ? 'Orphan' : 'Background'
  // What an earlier wish has left behind counts for more than what is usual.
  const isDecided = current.includes(FOREGROUND) || current.includes(ORPHAN)
  if (policy === undefined) return orphans && !isDecided ? [...current, ORPHAN] : current
  const others = current.filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN)
  if (policy === 'Foreground') return [...others, FOREGROUND]
  if (policy === 'Orphan') return [...others, ORPHAN]
  return others
}
