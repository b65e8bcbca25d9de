import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLockFile } from '#kernel/file-lock.ts'
import { CLAIMS, listClaims } from './claim.ts'
import { ClusterError } from './cluster-error.ts'
import { removeEmptyFolder } from './empty-folder.ts'

/** How long to wait for another `up` that plans its ranges, milliseconds: that takes it some ten. */
const WAIT_MS = 5_000

/** The file that is locked. */
export const lockPath = (folder = CLAIMS): string => join(folder, '.lock')

/**
 * Runs `plan` while no other `up` or `down` of this machine claims a name or gives it back, whatever folder its state
 * lies in: two that start at once would choose the same name or ranges. The lock of a process that died is no lock.
 * Throws ClusterError STATE_LOCKED.
 */
export const withStateLock = async <T>(plan: () => T, folder = CLAIMS, waitMs = WAIT_MS): Promise<T> => {
  const path = lockPath(folder)
  const until = Date.now() + waitMs
  for (;;) {
    using lock = take(path, folder)
    if (lock !== undefined) {
      try {
        return plan()
      } finally {
        removeUnused(folder)
      }
    }
    if (Date.now() > until)
      throw new ClusterError('STATE_LOCKED', `another fairlead is at work: it holds ${path}`, {
        hint: `wait for it, or see which one it is: fuser ${path}`,
      })
    await sleep(5)
  }
}

/** Where no name is claimed, nothing of ours is left, this lock's file included. */
const removeUnused = (folder: string): void => {
  if (listClaims(folder).length > 0) return
  rmSync(lockPath(folder), { force: true })
  removeEmptyFolder(folder)
}

const take = (path: string, folder: string): Disposable | undefined => {
  // Each time: a `down` of the last cluster takes the folder away.
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  try {
    return tryLockFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
