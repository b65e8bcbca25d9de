import type { Pod } from '#api/core/pod/message.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isTerminalPhase } from '#objects/pod.ts'
import { badRequest, invalid } from '../errors.ts'

/** The parts of meta/v1 DeleteOptions that decide how an object goes. */
export interface DeleteRequest {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: string
  readonly orphanDependents?: boolean
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/**
 * `now`: it goes with this as its last state. `later`: it stays, marked, until grace, finalizers or contents are gone.
 */
export interface DeletionPlan {
  readonly kind: 'now' | 'later'
  readonly object: ApiObject
}

const DEFAULT_GRACE_SECONDS = 30
const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'

/**
 * Deletion as Kubernetes does it: graceful for pods that may run, in two phases for namespaces, waiting for finalizers,
 * else at once.
 */
export const planDeletion = (
  resource: Resource,
  object: ApiObject,
  request: DeleteRequest,
  now: Date,
): DeletionPlan => {
  const metadata = object.metadata ?? {}
  const finalizers = finalizersFor(metadata.finalizers ?? [], request)
  const grace = graceSeconds(resource, object, request)
  // A second delete can only shorten what the first one granted, counted from when that came.
  const { deletionTimestamp, deletionGracePeriodSeconds: granted = 0 } = metadata
  const seconds = deletionTimestamp ? Math.min(grace, granted) : grace
  const began = deletionTimestamp ? Date.parse(deletionTimestamp) - granted * 1000 : now.getTime()
  const times: ObjectMeta = {
    deletionTimestamp: timeText(began + seconds * 1000),
    // A namespace goes by a way of its own, which knows no grace.
    ...(isNamespace(resource) ? {} : { deletionGracePeriodSeconds: seconds }),
  }
  const waits = finalizers.length > 0 || seconds > 0 || holdsContents(resource, object)
  if (!waits) {
    const last = withoutFinalizers(object)
    return {
      kind: 'now',
      object: deletionTimestamp ? { ...last, metadata: { ...last.metadata, ...times } } : last,
    }
  }
  const marked: ObjectMeta = {
    ...metadata,
    ...(finalizers.length > 0 ? { finalizers } : {}),
    ...times,
    // A kind without generations gets none from being deleted.
    ...(metadata.generation !== undefined && !deletionTimestamp ? { generation: metadata.generation + 1 } : {}),
  }
  const next: ApiObject = { ...object, metadata: marked }
  if (isNamespace(resource)) {
    const status = { ...(object as { status?: object }).status, phase: 'Terminating' }
    return { kind: 'later', object: { ...next, status } as ApiObject }
  }
  return { kind: 'later', object: next }
}

/** True for a state whose deletion has nothing left to wait for. */
export const isTerminated = (resource: Resource, object: ApiObject): boolean => {
  const metadata = object.metadata
  if (!metadata?.deletionTimestamp || (metadata.finalizers?.length ?? 0) > 0) return false
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0 && !holdsContents(resource, object)
}

const isNamespace = ({ group, plural }: Resource): boolean => group === '' && plural === 'namespaces'

const holdsContents = (resource: Resource, object: ApiObject): boolean =>
  isNamespace(resource) && ((object as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers?.length ?? 0) > 0

const graceSeconds = (resource: Resource, object: ApiObject, request: DeleteRequest): number => {
  if (request.gracePeriodSeconds !== undefined && request.gracePeriodSeconds < 0) {
    throw badRequest('gracePeriodSeconds: must be non-negative')
  }
  if (resource.group !== '' || resource.plural !== 'pods') return 0
  const { spec, status } = object as Pod
  // Nothing runs that could use the time: no kubelet has it yet, or all its containers have ended.
  if (!spec?.nodeName || isTerminalPhase(status?.phase)) return 0
  const seconds = request.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS
  // A pod may say less than nothing; it is given the least there is.
  return seconds < 0 ? 1 : seconds
}

const finalizersFor = (current: readonly string[], request: DeleteRequest): readonly string[] => {
  const policy =
    request.propagationPolicy ??
    (request.orphanDependents === undefined ? undefined : request.orphanDependents ? 'Orphan' : 'Background')
  if (policy === undefined) return current
  const others = current.filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN)
  if (policy === 'Foreground') return [...others, FOREGROUND]
  if (policy === 'Orphan') return [...others, ORPHAN]
  if (policy === 'Background') return others
  throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
      field: 'propagationPolicy',
    },
  ])
}

const withoutFinalizers = (object: ApiObject): ApiObject => {
  if (!object.metadata?.finalizers) return object
  const { finalizers: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
