import type { OwnerReference } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import { FOREGROUND, isLeaving, ORPHAN } from '#objects/deletion.ts'

/** What is known of an owner: there, gone, or going and waiting for its dependents. */
export type OwnerState = 'solid' | 'dangling' | 'waiting'

export type Collection =
  | { readonly kind: 'keep' }
  /** Some owners are there: only the references to the others go. */
  | { readonly kind: 'unlink'; readonly uids: readonly string[] }
  /** `unblocks`: first it lets its owners go before it, since it is one of a circle of which each would wait for the next. */
  | {
      readonly kind: 'delete'
      readonly policy: 'Background' | 'Foreground' | 'Orphan'
      readonly unblocks?: boolean
    }
  /** Being deleted in the foreground: dependents first. */
  | { readonly kind: 'delete-dependents' }
  | { readonly kind: 'orphan-dependents' }
  | { readonly kind: 'release'; readonly finalizer: string }

/** Whether a dependent keeps its owner (by uid) from going first in a foreground deletion. */
const blocks = (dependent: ApiObject, owner: string): boolean =>
  (dependent.metadata?.ownerReferences ?? []).some(({ uid, blockOwnerDeletion }) => uid === owner && blockOwnerDeletion)

/** It is being deleted, after its dependents. */
export const isWaiting = (object: ApiObject): boolean =>
  isLeaving(object) && (object.metadata?.finalizers ?? []).includes(FOREGROUND)

/** Decides over one object, from its finalizers, its owners' state and its dependents. */
export const planCollection = (
  object: ApiObject,
  stateOf: (owner: OwnerReference) => OwnerState,
  dependents: readonly ApiObject[],
): Collection => {
  const { uid, deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata ?? {}
  if (deletionTimestamp) {
    if (finalizers.includes(ORPHAN))
      return dependents.length > 0 ? { kind: 'orphan-dependents' } : { kind: 'release', finalizer: ORPHAN }
    if (finalizers.includes(FOREGROUND))
      return dependents.some((dependent) => blocks(dependent, uid!))
        ? { kind: 'delete-dependents' }
        : { kind: 'release', finalizer: FOREGROUND }
    return { kind: 'keep' }
  }
  if (ownerReferences.length === 0) return { kind: 'keep' }
  const states = ownerReferences.map((owner) => [owner.uid, stateOf(owner)] as const)
  const others = states.filter(([, state]) => state !== 'solid').map(([owner]) => owner)
  if (others.length < states.length) return others.length > 0 ? { kind: 'unlink', uids: others } : { kind: 'keep' }
  if (finalizers.includes(ORPHAN)) return { kind: 'delete', policy: 'Orphan' }
  const waiting = states.some(([, state]) => state === 'waiting')
  const foreground = finalizers.includes(FOREGROUND) || (waiting && dependents.length > 0)
  if (!foreground) return { kind: 'delete', policy: 'Background' }
  const isCircle = waiting && dependents.some(isWaiting)
  return { kind: 'delete', policy: 'Foreground', ...(isCircle ? { unblocks: true } : {}) }
}
