import { existsSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { unmountBelow } from '#kernel/mount.ts'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { ClusterError } from './cluster-error.ts'
import { removeMachines } from './machines/machines.ts'
import { findContainerTools, findProcesses, isRunning } from './processes.ts'
import { clusterStateDir, statePaths, stateRoot, tryReadConfig } from './state.ts'

/** How long killed processes may take to end, milliseconds. */
const KILL_LIMIT_MS = 5_000

/**
 * Takes a cluster down, whatever is left of it: processes, containers, namespaces, links, routes, rules, mounts,
 * cgroups, files. Idempotent; works from the name alone where its state folder was deleted, also while its processes
 * run. Gives false where there was nothing of that name.
 */
export const down = async (name: string): Promise<boolean> => {
  const stateDir = clusterStateDir(name)
  const paths = statePaths(stateDir)
  const known = existsSync(stateDir)
  if (known) writeFileSync(paths.stopping, '')
  const config = tryReadConfig(paths.config)
  const hadProcesses = await killAll(() => supervisorsFirst(stateDir))
  await purgeContainers({ stateDir: paths.containers, cluster: name })
  const hadTools = await killAll(() => findContainerTools(stateDir))
  const hadMachines = removeMachines({ name, config })
  unmountBelow(stateDir)
  rmSync(stateDir, { recursive: true, force: true })
  removeEmpty(stateRoot())
  return known || hadProcesses || hadTools || hadMachines
}

/** The folder of all clusters goes with the last of them; it stays where something is mounted on it, or lies in it. */
const removeEmpty = (folder: string): void => {
  try {
    rmdirSync(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'EBUSY', 'ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** So that nothing comes back. */
const supervisorsFirst = (stateDir: string): readonly number[] =>
  [...findProcesses(stateDir)]
    .sort((one, other) => Number(other.role === 'supervisor') - Number(one.role === 'supervisor'))
    .map(({ pid }) => pid)

/**
 * Kills what `find` finds, and what was started meanwhile, until it finds nothing; waits until all have ended, since
 * they hold sockets and mounts. Whether there was anything. Throws ClusterError KILL_FAILED.
 */
const killAll = async (find: () => readonly number[]): Promise<boolean> => {
  const until = Date.now() + KILL_LIMIT_MS
  for (let round = 0; ; round++) {
    const found = find().filter(isRunning)
    if (found.length === 0) return round > 0
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
    while (found.some(isRunning)) {
      if (Date.now() > until)
        throw new ClusterError('KILL_FAILED', `processes do not end: ${found.filter(isRunning).join(', ')}`, {
          hint: 'look at /proc/PID/stack for what holds them, then: fairlead down again',
        })
      await sleep(2)
    }
  }
}
