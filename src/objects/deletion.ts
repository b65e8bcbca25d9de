export interface Deletable {
  readonly metadata?: { readonly deletionTimestamp?: string }
}

/** Somebody has deleted it: it goes when its grace period is over and its finalizers have been taken away. */
export const isLeaving = ({ metadata }: Deletable): boolean => !!metadata?.deletionTimestamp
