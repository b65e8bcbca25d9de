import { existsSync, readdirSync, readFileSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LimitedResource } from '../../runtime.ts'
import { isGone } from './is-gone.ts'

const CGROUP_ROOT = '/sys/fs/cgroup'
const CGROUP2_SUPER_MAGIC = 0x63677270

/** 2 where /sys/fs/cgroup is the unified hierarchy; 1 also for the hybrid layout, whose controllers are version 1. */
export function cgroupVersion(root = CGROUP_ROOT): 1 | 2 {
  return statfsSync(root).type === CGROUP2_SUPER_MAGIC ? 2 : 1
}

const LIMITED: readonly LimitedResource[] = ['cpu', 'memory', 'pids']

/**
 * For what these cgroups have no controller: version 2 lists those that it has, and version 1 has a folder for each. What runc
 * does under version 1 it does there alone: in the hybrid layout a controller of version 2 is of no use.
 */
export function missingControllers(root = CGROUP_ROOT, version = cgroupVersion(root)): readonly LimitedResource[] {
  const unified = join(root, 'cgroup.controllers')
  const listed = version === 2 && existsSync(unified) ? readFileSync(unified, 'latin1').trim().split(' ') : []
  const isThere = (name: string): boolean =>
    version === 2 ? listed.includes(name) && handsDown(root, name) : existsSync(join(root, name))
  return LIMITED.filter((name) => !isThere(name))
}

/**
 * Whether groups below this one of version 2 can have the controller. One that has processes, unless it is the machine's first,
 * hands none down that it does not already: so it is in a container whose processes nobody has moved.
 */
function handsDown(root: string, name: string): boolean {
  const textOf = (file: string): string | undefined =>
    existsSync(join(root, file)) ? readFileSync(join(root, file), 'latin1').trim() : undefined
  const isFirst = textOf('cgroup.type') === undefined
  return isFirst || textOf('cgroup.procs') === '' || (textOf('cgroup.subtree_control') ?? '').split(' ').includes(name)
}

/** The folders of cgroup `path` (absolute, `/fairlead/NAME`) in every hierarchy that has it. */
export function cgroupFolders(path: string, root = CGROUP_ROOT): readonly string[] {
  const hierarchies = cgroupVersion(root) === 2 ? [root] : readdirSync(root).map((name) => join(root, name))
  return hierarchies.map((hierarchy) => join(hierarchy, path)).filter((folder) => existsSync(folder))
}

/**
 * The processes in this cgroup folder and below it that our process namespace has. Version 2 lists the others as 0,
 * which is never theirs: a signal to 0 would go to our own process group.
 */
export function cgroupProcesses(folder: string): readonly number[] {
  return subtree(folder).flatMap((path) => {
    try {
      return readFileSync(join(path, 'cgroup.procs'), 'latin1')
        .split('\n')
        .map(Number)
        .filter((pid) => pid > 0)
    } catch (error) {
      // Of a threaded one the kernel lists none: they stand in the one above that it belongs to.
      if (!isGone(error) && (error as NodeJS.ErrnoException).code !== 'ENOTSUP') throw error
      return []
    }
  })
}

/**
 * Removes this cgroup folder and those below it, innermost first. Gives those that the kernel holds on to: a process is
 * still in them.
 */
export function removeCgroup(folder: string): readonly string[] {
  const busy: string[] = []
  for (const path of subtree(folder).toReversed()) {
    try {
      rmdirSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') busy.push(path)
    }
  }
  return busy
}

/** The most processes and threads in this cgroup and below it. Where there is no controller for it, there is no limit. */
export function limitPids(path: string, most: number, root?: string): void {
  for (const folder of cgroupFolders(path, root)) {
    const file = join(folder, 'pids.max')
    if (existsSync(file)) writeFileSync(file, String(most))
  }
}

/** Removes the cgroups right below `path`, in all hierarchies, but for those of the names in `kept`, and what has processes. */
export function pruneCgroups(path: string, kept: ReadonlySet<string>): void {
  for (const name of childCgroups(path))
    if (!kept.has(name)) for (const folder of cgroupFolders(`${path}/${name}`)) removeCgroup(folder)
}

/** The names of the cgroups right below `path`, of all hierarchies, once each. */
function childCgroups(path: string): ReadonlySet<string> {
  const names = cgroupFolders(path).flatMap((folder) => {
    try {
      return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    } catch {
      // Removed meanwhile.
      return []
    }
  })
  return new Set(names)
}

/** Outermost first. */
function subtree(folder: string): string[] {
  const found = [folder]
  for (const path of found) {
    try {
      for (const entry of readdirSync(path, { withFileTypes: true }))
        if (entry.isDirectory()) found.push(join(path, entry.name))
    } catch (error) {
      if (!isGone(error)) throw error
      // Removed meanwhile.
    }
  }
  return found
}
