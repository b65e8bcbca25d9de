import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLockFile } from '#kernel/files/file-lock.ts'
import { ClusterError } from '../cluster-error.ts'
import { removeEmptyFolder } from '../state/empty-folder.ts'
import { CLAIMS, listClaims } from './claim.ts'

/** How long to wait for another `up` that plans its ranges, milliseconds: that takes it some ten. */
const WAIT_MS = 5_000
/** How often a lock that somebody else holds is tried, milliseconds. */
const RETRY_MS = 5

/** The file that is locked. */
const lockPath = (folder = CLAIMS): string => join(folder, '.lock')
/** The same for one name: whoever works on that cluster holds it. */
const nameLockPath = (name: string, folder: string): string => join(folder, `.${name}.lock`)

/**
 * Runs `plan` while no other `up` or `down` of this machine claims a name or gives it back, whatever folder its state
 * lies in: two that start at once would choose the same name or ranges. The lock of a process that died is no lock.
 * Throws ClusterError STATE_LOCKED.
 */
export const withStateLock = async <T>(plan: () => T, folder = CLAIMS, waitMs = WAIT_MS): Promise<T> => {
  using _ = await waitFor(lockPath(folder), folder, waitMs)
  try {
    return plan()
  } finally {
    removeUnused(folder)
  }
}

/**
 * The hold on a name: as long as it is not disposed of, no other `up` or `down` makes or removes anything of that
 * cluster. It ends with the process, however that ends. `waiting` is called while somebody else has it, and may throw.
 * Throws ClusterError STATE_LOCKED after `waitMs`.
 */
export const holdName = async (
  name: string,
  waitMs: number,
  waiting: () => void = () => undefined,
  folder = CLAIMS,
): Promise<Disposable> => {
  const path = nameLockPath(name, folder)
  const lock = await waitFor(path, folder, waitMs, waiting)
  let held = true
  return {
    [Symbol.dispose]: () => {
      if (!held) return
      held = false
      // While it is ours still: afterwards the file may be another's.
      rmSync(path, { force: true })
      lock[Symbol.dispose]()
      removeEmptyFolder(folder)
    },
  }
}

const waitFor = async (
  path: string,
  folder: string,
  waitMs: number,
  waiting: () => void = () => undefined,
): Promise<Disposable> => {
  const until = Date.now() + waitMs
  for (;;) {
    const lock = take(path, folder)
    if (lock !== undefined) return lock
    waiting()
    if (Date.now() > until)
      throw new ClusterError('STATE_LOCKED', `another fairlead is at work: it holds ${path}`, {
        hint: `wait for it, or see which one it is: fuser ${path}`,
      })
    await sleep(RETRY_MS)
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
