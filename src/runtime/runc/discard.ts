import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { conmonProcess, type Leftover } from './bundle/container-record.ts'
import { bundlePaths, type RuntimePaths } from './bundle/runtime-paths.ts'
import { freeOwnRoot } from './own-users.ts'
import { cgroupFolders, cgroupProcesses, removeCgroup } from './processes/cgroup.ts'
import { processTree, signalNumber } from './processes/process-identity.ts'

/**
 * Frees what a container holds on the machine: its cgroup, runc's and conmon's files, its layers. False where the kernel holds on
 * to the cgroup: a process is still in it.
 */
export function discard(paths: RuntimePaths, leftover: Leftover): boolean {
  const { id, cgroupsPath, ownRoot } = leftover
  const bundle = bundlePaths(paths, id)
  if (ownRoot !== undefined) freeOwnRoot(ownRoot)
  const busy = cgroupsPath === undefined ? [] : cgroupFolders(cgroupsPath).flatMap((folder) => removeCgroup(folder))
  for (const path of [join(paths.runc, id), dirname(bundle.attach), bundle.exit, bundle.folder]) {
    rmSync(path, { recursive: true, force: true })
  }
  return busy.length === 0
}

/** Kills what a container has left in its cgroup: whose process namespace is not its own, no kernel ends it with it. */
export function endProcesses({ cgroupsPath }: Pick<Leftover, 'cgroupsPath'>): void {
  for (const pid of new Set(processesIn(cgroupsPath))) signalNumber(pid, 'SIGKILL')
}

function processesIn(cgroupsPath: string | undefined): readonly number[] {
  return cgroupsPath === undefined ? [] : cgroupFolders(cgroupsPath).flatMap(cgroupProcesses)
}

/** Kills whoever makes a container, its conmon and runc, and what they have made of it. */
export function endMaking(paths: RuntimePaths, { id, cgroupsPath }: Leftover): void {
  const conmon = conmonProcess(bundlePaths(paths, id))
  const processes = conmon === undefined ? [] : processTree(conmon)
  for (const pid of new Set([...processes, ...processesIn(cgroupsPath)])) signalNumber(pid, 'SIGKILL')
}

/** Frees what its maker left half made, as discard() does; who may still be at it is killed first. */
export function abandon(paths: RuntimePaths, leftover: Leftover): boolean {
  endMaking(paths, leftover)
  return discard(paths, leftover)
}
