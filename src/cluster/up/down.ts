import { dirname } from 'node:path'
import { cgroupFolders } from '#runtime/runc/processes/cgroup.ts'
import { dropClaim, readClaim, writeClaim } from '../claims/claim.ts'
import { holdName, withStateLock } from '../claims/claims-lock.ts'
import { clusterStateDir } from '../claims/known-clusters.ts'
import { machinesOf } from '../machines/machines.ts'
import { stateDirOf } from '../processes/lost-claims.ts'
import { findOwned } from '../processes/processes.ts'
import { removeEmptyFolder } from '../state/empty-folder.ts'
import { removeState } from '../state/state-folder.ts'
import { halt } from './halt.ts'

/** How long an `up` that is at work may take to let go of the name, or another `down` to end, milliseconds. */
const HOLD_LIMIT_MS = 20_000

/**
 * Takes a cluster down, whatever is left of it and wherever its state lies: processes, containers, namespaces, links,
 * routes, rules, mounts, cgroups, files, and at last its claim to the name. Idempotent; works from the name alone where
 * its state folder or its claim was deleted, also while its processes run. An `up` of it that is still at work gives up
 * first; what another `down` has taken away meanwhile, and what was made under the name since, is left alone. `before`
 * is called while all of it still stands. Gives false where there was nothing of that name. Throws ClusterError
 * STATE_FOREIGN, before anything is touched, where the folder is not that cluster's; STATE_LOCKED.
 */
export const down = async (name: string, before: () => void = () => undefined): Promise<boolean> => {
  const asked = await withStateLock(() => {
    const claim = readClaim(name)
    if (claim !== undefined && claim.stopping === undefined) writeClaim({ ...claim, stopping: true })
    return claim
  })
  using hold = await holdName(name, HOLD_LIMIT_MS)
  if (asked !== undefined && readClaim(name)?.token !== asked.token) return true
  before()
  return await takeDown(name, hold)
}

/** The same for whoever holds the name, which it gives back with the claim. */
export const takeDown = async (name: string, hold: Disposable): Promise<boolean> => {
  const claim = readClaim(name)
  const stateDir = claim?.stateDir ?? stateDirOf(name, findOwned(`${name}/`)) ?? clusterStateDir(name)
  const found = await halt({ name, stateDir, keepFiles: false })
  removeState(stateDir)
  // The folder of all clusters goes with the last of them.
  removeEmptyFolder(dirname(stateDir))
  await withStateLock(() => {
    dropClaim(name)
    hold[Symbol.dispose]()
  })
  return claim !== undefined || found
}

/**
 * What of a cluster stands on this machine outside of its state folder, in words; empty where the name is free. It may
 * be of a cluster whose claim was deleted, or not ours at all.
 */
export const remainsOf = (name: string): readonly string[] => [
  ...machinesOf(name),
  ...cgroupFolders(`/fairlead/${name}`).map((folder) => `cgroup ${folder}`),
  ...findOwned(`${name}/`).map(({ pid }) => `process ${pid}`),
]
