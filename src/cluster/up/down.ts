import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { unmountBelow } from '#kernel/files/mount.ts'
import { cgroupFolders } from '#runtime/runc/processes/cgroup.ts'
import { isAlive, signalProcess } from '#runtime/runc/processes/process-identity.ts'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { dropClaim, readClaim, writeClaim } from '../claims/claim.ts'
import { holdName, withStateLock } from '../claims/claims-lock.ts'
import { clusterStateDir } from '../claims/known-clusters.ts'
import { ClusterError } from '../cluster-error.ts'
import { machinesOf, removeMachines } from '../machines/machines.ts'
import { stateDirOf } from '../processes/lost-claims.ts'
import { findOwned, isContainerTool, type OwnedProcess, supervisorsFirst } from '../processes/processes.ts'
import { removeEmptyFolder } from '../state/empty-folder.ts'
import { statePaths, tryReadConfig } from '../state/state.ts'
import { stateFault } from '../state/state-fault.ts'
import { findState, mountFolders, removeState } from '../state/state-folder.ts'

/** How long killed processes may take to end, milliseconds. */
const KILL_LIMIT_MS = 5_000

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
  const owned = (): readonly OwnedProcess[] => findOwned(claim?.token ?? `${name}/`)
  const stateDir = claim?.stateDir ?? stateDirOf(name, owned()) ?? clusterStateDir(name)
  const paths = statePaths(stateDir)
  // Before anything is touched: what is removed is what this cluster has made.
  const known = findState(name, stateDir) === 'there'
  if (known) tellSupervisors(paths.stopping)
  const config = tryReadConfig(paths.config)
  const hadProcesses = await killAll(() => supervisorsFirst(owned().filter((one) => !isContainerTool(one))))
  await purgeContainers({ stateDir: paths.containers, cluster: name })
  const hadTools = await killAll(owned)
  const hadMachines = removeMachines({ name, config, stateDir })
  if (known) {
    for (const folder of mountFolders(stateDir)) unmountBelow(folder)
    removeState(stateDir)
  }
  // The folder of all clusters goes with the last of them.
  removeEmptyFolder(dirname(stateDir))
  await withStateLock(() => {
    dropClaim(name)
    hold[Symbol.dispose]()
  })
  return claim !== undefined || known || hadProcesses || hadTools || hadMachines
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

/** So that they let their processes end. On a disk that is full or read-only they are killed like all others. */
const tellSupervisors = (path: string): void => {
  try {
    writeFileSync(path, '')
  } catch (error) {
    if (stateFault(error, path) === error) throw error
  }
}

/**
 * Kills what `find` finds, and what was started meanwhile, until it finds nothing; waits until all have ended, since
 * they hold sockets and mounts. Whether there was anything. Throws ClusterError KILL_FAILED.
 */
const killAll = async (find: () => readonly OwnedProcess[]): Promise<boolean> => {
  const until = Date.now() + KILL_LIMIT_MS
  for (let round = 0; ; round++) {
    const found = find()
    if (found.length === 0) return round > 0
    for (const process of found) signalProcess(process, 'SIGKILL')
    while (found.some(isAlive)) {
      if (Date.now() > until) {
        const left = found.filter(isAlive).map(({ pid }) => pid)
        throw new ClusterError('KILL_FAILED', `processes do not end: ${left.join(', ')}`, {
          hint: 'look at /proc/PID/stack for what holds them, then: fairlead down again',
        })
      }
      await sleep(2)
    }
  }
}
