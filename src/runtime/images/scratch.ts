import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A folder at or below `folder` that is not on the file system of `/`. An overlay whose lower layer is `/` takes no
 * layer that lies within it (ELOOP), so where the state folder is on the root file system a tmpfs is mounted; the purge
 * of the state folder unmounts it.
 */
export function offRootFolder(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const root = statSync('/').dev
  if (statSync(folder).dev !== root) return folder
  const scratch = join(folder, 'scratch')
  mkdirSync(scratch, { recursive: true })
  if (statSync(scratch).dev === root) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=0711', 'fairlead', scratch])
  }
  return scratch
}
