import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { conmonProcess, type Leftover } from './bundle/container-record.ts'
import { bundlePaths, type RuntimePaths } from './bundle/runtime-paths.ts'
import { freeOwnRoot } from './own-users.ts'
import { cgroupFolders, cgroupProcesses, removeCgroup } from './processes/cgroup.ts'
import { processTree, signalNumber } from './processes/process-identity.ts'

/** Frees what a container holds on the machine: its cgroup, runc's and conmon's files, its layers. */
export function discard(paths: RuntimePaths, leftover: Leftover): void {
  const { id, cgroupsPath, ownRoot } = leftover
  const bundle = bundlePaths(paths, id)
  if (ownRoot !== undefined) freeOwnRoot(ownRoot)
  if (cgroupsPath !== undefined) for (const folder of cgroupFolders(cgroupsPath)) removeCgroup(folder)
  for (const path of [join(paths.runc, id), dirname(bundle.attach), bundle.exit, bundle.folder]) {
    rmSync(path, { recursive: true, force: true })
  }
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

/** Frees what its maker left half made; who may still be at it is killed first. */
export function abandon(paths: RuntimePaths, leftover: Leftover): void {
  endMaking(paths, leftover)
  discard(paths, leftover)
}
