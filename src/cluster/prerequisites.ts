import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ClusterError } from './cluster-error.ts'

/** Programs and libraries that a cluster is made with, and the Debian package of each. */
const PROGRAMS = [
  ['runc', 'runc'],
  ['conmon', 'conmon'],
] as const
const LIBRARY = ['libnftables.so.1', 'libnftables1'] as const
const LIBRARY_FOLDERS = ['/usr/lib', '/lib', '/usr/lib64', '/usr/local/lib']

const onPath = (program: string, path: string): boolean =>
  path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)))

const inLibraryFolders = (library: string): boolean =>
  LIBRARY_FOLDERS.some((folder) => {
    if (!existsSync(folder)) return false
    // Debian keeps libraries one folder deeper, by architecture.
    return (
      existsSync(join(folder, library)) ||
      readdirSync(folder, { withFileTypes: true }).some(
        (entry) =>
          entry.isDirectory() && entry.name.includes('-linux-') && existsSync(join(folder, entry.name, library)),
      )
    )
  })

/** Throws ClusterError NOT_ROOT or MISSING_PACKAGES, which say what is needed and the command that brings it. */
export const checkPrerequisites = (options: { readonly uid: number; readonly path: string }): void => {
  if (options.uid !== 0)
    throw new ClusterError(
      'NOT_ROOT',
      'a cluster needs root: it makes network namespaces, nftables rules and containers',
      { hint: 'run it with sudo' },
    )
  const missing: string[] = PROGRAMS.filter(([program]) => !onPath(program, options.path)).map(([, name]) => name)
  if (!inLibraryFolders(LIBRARY[0])) missing.push(LIBRARY[1])
  if (missing.length > 0)
    throw new ClusterError('MISSING_PACKAGES', `not installed: ${missing.join(', ')}`, {
      hint: `apt-get install --no-install-recommends ${missing.join(' ')}`,
    })
}
