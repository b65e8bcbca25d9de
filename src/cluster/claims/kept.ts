import { readPki } from '#apiserver/pki/pki.ts'
import type { ClusterConfig } from '../config.ts'
import { statePaths } from '../state/state.ts'
import { type Claim, isUnfinished } from './claim.ts'

/**
 * Whether all that `up` needs to bring a cluster back is on the disk: its `up` had come to its end, as far as anybody
 * knows, and its objects are kept.
 */
export const isKept = (claim: Claim | undefined, config: ClusterConfig | undefined): config is ClusterConfig =>
  config?.ephemeral === false &&
  (claim === undefined || !isUnfinished(claim)) &&
  readPki(statePaths(config.stateDir).pki) !== undefined

/** Whether a cluster that does not run was stopped, or went with its machine. Who is not root is told of the first alone. */
export const isStopped = (claim: Claim | undefined, config: ClusterConfig | undefined): boolean =>
  claim === undefined ? isKept(claim, config) : claim.stopped === true
