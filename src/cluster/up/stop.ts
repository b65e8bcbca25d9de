import { readClaim, writeClaim } from '../claims/claim.ts'
import { holdName, withStateLock } from '../claims/claims-lock.ts'
import { clusterStateDir } from '../claims/known-clusters.ts'
import { ClusterError } from '../cluster-error.ts'
import { stateDirOf } from '../processes/lost-claims.ts'
import { findOwned } from '../processes/processes.ts'
import { statePaths, tryReadConfig } from '../state/state.ts'
import { halt } from './halt.ts'

/** How long an `up` or `down` that is at work may take, milliseconds. */
const HOLD_LIMIT_MS = 40_000

/**
 * Ends all that runs of a cluster and keeps what is on the disk, for `up` to bring it back. False where there is nothing of
 * that name. Throws ClusterError CLUSTER_EPHEMERAL, STATE_FOREIGN, STATE_LOCKED.
 */
export const stop = async (name: string): Promise<boolean> => {
  using hold = await holdName(name, HOLD_LIMIT_MS)
  const stateDir = readClaim(name)?.stateDir ?? stateDirOf(name, findOwned(`${name}/`)) ?? clusterStateDir(name)
  const config = tryReadConfig(statePaths(stateDir).config)
  if (config === undefined) return false
  if (config.ephemeral)
    throw new ClusterError(
      'CLUSTER_EPHEMERAL',
      `cluster ${name} has its objects in memory: stopped, it would lose them`,
      {
        hint: `take it down: fairlead down ${name}`,
      },
    )
  await rest(name, stateDir, hold)
  return true
}

/** The same for whoever holds the name, which is given back. */
export const rest = async (name: string, stateDir: string, hold: Disposable): Promise<void> => {
  await halt({ name, stateDir, keepFiles: true })
  await withStateLock(() => {
    const claim = readClaim(name)
    if (claim !== undefined)
      writeClaim({ ...claim, supervisors: [], finished: true, stopping: undefined, stopped: true })
    hold[Symbol.dispose]()
  })
}
