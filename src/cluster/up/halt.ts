import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { IdRanges } from '#agent/parts/network/id-ranges.ts'
import { NodeFiles } from '#cni/node/node-files.ts'
import { unmountBelow } from '#kernel/files/mount.ts'
import { isAlive, signalProcess } from '#runtime/runc/processes/process-identity.ts'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { readClaim } from '../claims/claim.ts'
import { ClusterError } from '../cluster-error.ts'
import { removeMachines } from '../machines/machines.ts'
import { findOwned, isContainerTool, type OwnedProcess, supervisorsFirst } from '../processes/processes.ts'
import { clearRun, statePaths, tryReadConfig } from '../state/state.ts'
import { stateFault } from '../state/state-fault.ts'
import { findState, mountFolders } from '../state/state-folder.ts'

/** How long killed processes may take to end, milliseconds. */
const KILL_LIMIT_MS = 5_000

interface HaltOptions {
  readonly name: string
  /** Where its state lies, or would. */
  readonly stateDir: string
  /** What containers have written stays. */
  readonly keepFiles: boolean
}

/**
 * Ends all that runs of a cluster, as where the power fails, and takes away all that stands outside of its state folder:
 * processes, containers, cgroups, mounts, namespaces, links, routes, rules. Works from the name alone. Whether there was
 * anything. For whoever holds the name. Throws ClusterError STATE_FOREIGN, before anything is touched, where the folder is
 * not that cluster's; KILL_FAILED.
 */
export const halt = async ({ name, stateDir, keepFiles }: HaltOptions): Promise<boolean> => {
  const claim = readClaim(name)
  const owned = (): readonly OwnedProcess[] => findOwned(claim?.token ?? `${name}/`)
  const paths = statePaths(stateDir)
  const known = findState(name, stateDir) === 'there'
  if (known) tellSupervisors(paths.stopping)
  const config = tryReadConfig(paths.config)
  const hadProcesses = await killAll(() => supervisorsFirst(owned().filter((one) => !isContainerTool(one))))
  await purgeContainers({ stateDir: paths.containers, cluster: name, keepFiles })
  const hadTools = await killAll(owned)
  const hadMachines = removeMachines({ name, config, stateDir })
  if (known) {
    for (const folder of mountFolders(stateDir)) unmountBelow(folder)
    for (const { name: node } of config?.nodes ?? []) new NodeFiles(join(paths.pods, node)).forgetRun()
    clearRun(stateDir)
  }
  new IdRanges().free((record) => record.startsWith(`${stateDir}/`))
  return known || hadProcesses || hadTools || hadMachines
}

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
