import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { unmountBelow } from '#kernel/files/mount.ts'
import { RuntimeError } from '../runtime-error.ts'
import { conmonProcess, readRecords } from './bundle/container-record.ts'
import { bundlePaths, runtimePaths } from './bundle/runtime-paths.ts'
import { freeOwnRoots } from './own-users.ts'
import { cgroupFolders, cgroupProcesses, removeCgroup } from './processes/cgroup.ts'
import { isAlive, processTree, signalNumber, signalProcess } from './processes/process-identity.ts'

interface PurgeOptions {
  readonly stateDir: string
  readonly cluster: string
  /** What is on the disk stays, as where the power fails: records of containers, their layers and logs. */
  readonly keepFiles?: boolean
  /** How long to wait for the kernel to let go of killed processes. */
  readonly timeoutMs?: number
}

const CONMON_PATIENCE_MS = 100

/**
 * Removes everything that the runtime of a cluster has left: its processes (by its cgroups, and by what the records
 * say, checked against the kernel's start times), its conmons, mounts below its folder, its cgroups, and, where it is not
 * to be kept, its folder. How containers end by this nobody has seen, as where the power fails. Needs no other process of ours and no state but that on disk. Nothing outside of `/fairlead/CLUSTER` and `stateDir` is
 * touched. Throws RuntimeError PURGE_INCOMPLETE that names what would not go.
 */
export async function purgeContainers({
  stateDir,
  cluster,
  keepFiles = false,
  timeoutMs = 3000,
}: PurgeOptions): Promise<void> {
  const paths = runtimePaths(stateDir)
  const cgroup = `/fairlead/${cluster}`
  const { stored } = readRecords(paths)
  // Also of those that are being made: whoever does is to be dead by now, or dies of it.
  const names = existsSync(paths.containers) ? readdirSync(paths.containers) : []
  const bundles = names.map((id) => bundlePaths(paths, id))
  const told = new Set(existsSync(paths.exits) ? readdirSync(paths.exits) : [])
  const deadline = Date.now() + timeoutMs
  const patience = Date.now() + CONMON_PATIENCE_MS
  let pause = 1
  for (;;) {
    // A conmon ends by itself once it has reaped its container, which else stays a zombie of init's; one that does not
    // is killed. The cgroups are looked up each time: a `runc create` that was under way may still make one.
    const inCgroups = new Set(cgroupFolders(cgroup).flatMap(cgroupProcesses))
    for (const pid of inCgroups) signalNumber(pid, 'SIGKILL')
    const recorded = stored.filter(({ process }) => process !== undefined && signalProcess(process, 'SIGKILL'))
    const conmons = bundles.map(conmonProcess).filter((pid) => pid !== undefined)
    if (Date.now() > patience) for (const pid of conmons.flatMap(processTree)) signalNumber(pid, 'SIGKILL')
    const alive = inCgroups.size > 0 || conmons.length > 0 || recorded.some(({ process }) => isAlive(process!))
    if (!alive) break
    if (Date.now() > deadline) {
      throw new RuntimeError(
        'PURGE_INCOMPLETE',
        `processes ${[...inCgroups, ...conmons].join(', ')} of cluster '${cluster}' do not die: look at /proc/PID/stack`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
    pause = Math.min(pause * 2, 20)
  }
  // Some conmons were still there to tell, others were not: all of these containers ended in one way.
  for (const name of existsSync(paths.exits) ? readdirSync(paths.exits) : [])
    if (!told.has(name)) rmSync(join(paths.exits, name))
  // Mounts and cgroups have no event for their release; the loop above has waited for the processes that held them.
  unmountBelow(stateDir)
  freeOwnRoots(cluster)
  const folders = cgroupFolders(cgroup)
  let busy = folders.flatMap(removeCgroup)
  while (busy.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 2))
    busy = folders.flatMap(removeCgroup)
  }
  if (busy.length > 0)
    throw new RuntimeError(
      'PURGE_INCOMPLETE',
      `${busy.length} cgroups of cluster '${cluster}' stay busy, the first of them ${busy[0]}: if there is a cluster of this name in another namespace of the machine, take another name`,
    )
  for (const parent of cgroupFolders('/fairlead')) if (isEmptyCgroup(parent)) removeCgroup(parent)
  if (!keepFiles) rmSync(stateDir, { recursive: true, force: true })
}

function isEmptyCgroup(folder: string): boolean {
  return (
    existsSync(folder) &&
    !readdirSync(folder, { withFileTypes: true }).some((entry) => entry.isDirectory()) &&
    cgroupProcesses(folder).length === 0
  )
}
