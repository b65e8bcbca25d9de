import { linkSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Kubernetes' containerLogMaxSize. */
export const LOG_MAX_BYTES = 10 << 20
/** Kubernetes' containerLogMaxFiles, the one that is written to among them. */
const LOG_MAX_FILES = 5

/**
 * A container's log is a file that conmon writes to, and where it is full, replaces. So that its content stays, each has
 * a second name from the start on, `0.log.1`, `0.log.2` and so on: its segments, oldest first.
 */
export const logSegments = (path: string): readonly string[] => segmentNumbers(path).map((n) => `${path}.${n}`)

const segmentNumbers = (path: string): readonly number[] => {
  const prefix = `${basename(path)}.`
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b)
}

const inode = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino

/**
 * Gives the file that is written to now its second name, and takes away the oldest where there are too many. False where
 * it had one, or there is no log.
 */
export const keepSegment = (path: string): boolean => {
  const live = inode(path)
  if (live === undefined) return false
  const numbers = segmentNumbers(path)
  const last = numbers.at(-1)
  if (last !== undefined && inode(`${path}.${last}`) === live) return false
  linkSync(path, `${path}.${(last ?? 0) + 1}`)
  for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - LOG_MAX_FILES)))
    rmSync(`${path}.${old}`, { force: true })
  return true
}

/** Takes away a log with all its segments. */
export const removeLog = (path: string): void => {
  const prefix = basename(path)
  for (const name of readdirSync(dirname(path)))
    if (name === prefix || name.startsWith(`${prefix}.`)) rmSync(join(dirname(path), name), { force: true })
}
