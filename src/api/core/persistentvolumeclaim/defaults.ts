import type { Draft } from '#schema/defaulting.ts'
import type { PersistentVolumeClaim } from './message.ts'

/** Fills in, in place, the defaults of a claim, one of its own or one that pods are to be given. */
export const defaultClaim = (claim: Draft<PersistentVolumeClaim>): void => {
  claim.spec ??= {}
  claim.spec.volumeMode ??= 'Filesystem'
  claim.status ??= {}
  claim.status.phase ||= 'Pending'
}
