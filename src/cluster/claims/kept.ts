import { missingOfPki } from '#apiserver/pki/pki.ts'
import type { ClusterConfig } from '../config.ts'
import { statePaths } from '../state/state.ts'
import { type Claim, isUnfinished } from './claim.ts'

/**
 * Why `up` cannot bring a cluster back, in words. Undefined where all that it needs is on the disk: its `up` had come to
 * its end, as far as anybody knows, and its objects are kept.
 */
export const whyNotKept = (claim: Claim | undefined, config: ClusterConfig | undefined): string | undefined => {
  if (config === undefined) return 'its configuration cannot be read'
  if (config.ephemeral !== false) return 'its objects were in memory alone'
  if (claim !== undefined && isUnfinished(claim)) return 'its start was cut off'
  const missing = missingOfPki(statePaths(config.stateDir).pki)
  return missing === undefined ? undefined : `${missing} is missing`
}

/** Whether `up` can bring it back. */
export const isKept = (claim: Claim | undefined, config: ClusterConfig | undefined): config is ClusterConfig =>
  whyNotKept(claim, config) === undefined

/** Whether a cluster that does not run was stopped, or went with its machine. Who is not root is told of the first alone. */
export const isStopped = (claim: Claim | undefined, config: ClusterConfig | undefined): boolean =>
  claim === undefined ? isKept(claim, config) : claim.stopped === true
