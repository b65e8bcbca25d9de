import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * The folders that a container of `fairlead/host` sees of this machine: those that packages put programs, libraries and
 * their data into, and nobody else. Not /usr/local, /opt and /srv: these are the administrator's own, and what lies
 * there may be a key as well as a program.
 */
export const SHOWN_FOLDERS: readonly string[] = [
  '/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libx32', '/usr/libexec', '/usr/share',
  // Links into /usr on most machines.
  '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32',
] // biome-ignore format: a table

/** The folder of them that `path` lies in, wherever links lead; undefined for a path that no container sees. */
export function shownFolder(path: string): string | undefined {
  const real = resolved(path)
  return SHOWN_FOLDERS.find((folder) => real === folder || real.startsWith(`${folder}/`))
}

/** The path without links; of what is not there yet, its nearest folder that is. */
function resolved(path: string): string {
  return existsSync(path) || path === '/' ? realpathSync(path) : join(resolved(dirname(path)), basename(path))
}
