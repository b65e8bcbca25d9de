import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { ClusterError } from './cluster-error.ts'
import { removeMachines } from './machines/machines.ts'
import { findProcesses, isRunning } from './processes.ts'
import { clusterStateDir, readConfig, statePaths } from './state.ts'

/** How long killed processes may take to end, milliseconds. */
const KILL_LIMIT_MS = 5_000

/**
 * Takes a cluster down, whatever is left of it: processes, containers, namespaces, links, routes, rules, cgroups, files.
 * Idempotent; works from names alone where the state was lost. Throws ClusterError CLUSTER_UNKNOWN where nothing is there.
 */
export const down = async (name: string): Promise<void> => {
  const stateDir = clusterStateDir(name)
  const paths = statePaths(stateDir)
  if (!existsSync(stateDir)) {
    // A name without state may still have namespaces or links, if somebody removed its folder.
    if (!removeMachines({ name, config: undefined }))
      throw new ClusterError('CLUSTER_UNKNOWN', `there is no cluster named ${name}`, {
        hint: 'fairlead list shows those that are there',
      })
    return
  }
  writeFileSync(paths.stopping, '')
  await killProcesses(stateDir)
  await purgeContainers({ stateDir: paths.containers, cluster: name })
  removeMachines({ name, config: existsSync(paths.config) ? readConfig(paths.config) : undefined })
  rmSync(stateDir, { recursive: true, force: true })
}

/** Kills supervisors first, so that nothing comes back; then waits until all have ended, since they hold sockets and mounts. */
const killProcesses = async (stateDir: string): Promise<void> => {
  const found = [...findProcesses(stateDir)].sort(
    (one, other) => Number(other.role === 'supervisor') - Number(one.role === 'supervisor'),
  )
  for (const { pid } of found) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const until = Date.now() + KILL_LIMIT_MS
  while (found.some(({ pid }) => isRunning(pid))) {
    if (Date.now() > until)
      throw new ClusterError(
        'KILL_FAILED',
        `processes do not end: ${found
          .filter(({ pid }) => isRunning(pid))
          .map(({ pid }) => pid)
          .join(', ')}`,
      )
    await sleep(2)
  }
}
