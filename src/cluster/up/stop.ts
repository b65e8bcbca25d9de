import { readClaim, writeClaim } from '../claims/claim.ts'
import { holdName, withStateLock } from '../claims/claims-lock.ts'
import { whyNotKept } from '../claims/kept.ts'
import { clusterStateDir } from '../claims/known-clusters.ts'
import { ClusterError } from '../cluster-error.ts'
import { stateDirOf } from '../processes/lost-claims.ts'
import { findOwned } from '../processes/processes.ts'
import { statePaths, tryReadConfig } from '../state/state.ts'
import { halt } from './halt.ts'

/** How long an `up` or `down` that is at work may take, milliseconds. */
const HOLD_LIMIT_MS = 40_000

/**
 * Ends all that runs of a cluster and keeps what is on the disk, for `up` to bring it back. Gives why it cannot, in words,
 * or '' where it can; undefined where there is nothing of that name, or nobody can read what it is. Throws ClusterError
 * CLUSTER_EPHEMERAL, STATE_FOREIGN, STATE_LOCKED.
 */
export const stop = async (name: string): Promise<string | undefined> => {
  using hold = await holdName(name, HOLD_LIMIT_MS)
  const stateDir = readClaim(name)?.stateDir ?? stateDirOf(name, findOwned(`${name}/`)) ?? clusterStateDir(name)
  const config = tryReadConfig(statePaths(stateDir).config)
  if (config === undefined) return undefined
  if (config.ephemeral)
    throw new ClusterError(
      'CLUSTER_EPHEMERAL',
      `cluster ${name} has its objects in memory: stopped, it would lose them`,
      {
        hint: `take it down: fairlead down ${name}`,
      },
    )
  await rest(name, stateDir, hold)
  return whyNotKept(readClaim(name), config) ?? ''
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
