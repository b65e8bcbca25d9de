/** A finalizer: the object goes after those of its dependents that ask for it (blockOwnerDeletion). */
export const FOREGROUND = 'foregroundDeletion'
/** A finalizer: its dependents stay, without their reference to it, and then it goes. */
export const ORPHAN = 'orphan'

export interface Deletable {
  readonly metadata?: { readonly deletionTimestamp?: string }
}

/** Somebody has deleted it: it goes when its grace period is over and its finalizers have been taken away. */
export const isLeaving = ({ metadata }: Deletable): boolean => !!metadata?.deletionTimestamp
