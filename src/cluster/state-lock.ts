import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClusterError } from './cluster-error.ts'
import { isRunning } from './processes.ts'
import { stateRoot } from './state.ts'

/** How long to wait for another `up` that plans its ranges, milliseconds: that takes it some ten. */
const WAIT_MS = 5_000

/**
 * Runs `plan` while no other `up` of this machine plans: two that start at once would choose the same ranges. A lock
 * whose holder died is taken over. Throws ClusterError STATE_LOCKED.
 */
export const withStateLock = async <T>(plan: () => T): Promise<T> => {
  const path = join(stateRoot(), '.lock')
  const until = Date.now() + WAIT_MS
  while (!take(path)) {
    if (Date.now() > until)
      throw new ClusterError('STATE_LOCKED', `another fairlead up is at work: ${path} exists`, {
        hint: `if none is, remove it: rm ${path}`,
      })
    await sleep(5)
  }
  try {
    return plan()
  } finally {
    rmSync(path, { force: true })
  }
}

const take = (path: string): boolean => {
  // Each time: a `down` of the last cluster takes the folder away.
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code !== 'EEXIST') throw error
    const holder = Number(read(path))
    // Empty: its holder has made it this moment.
    if (holder > 0 && !isRunning(holder)) rmSync(path, { force: true })
    return false
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
