import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryLockFile } from '#kernel/files/file-lock.ts'

/** One that is younger may not have its lock yet. */
const LOCK_DUE_MS = 60_000

/** A folder for one piece of work, which goes with it. */
export interface DraftFolder extends Disposable {
  readonly path: string
}

/**
 * Makes a folder below `drafts`, and takes away those that a process left that was killed: whoever works in one holds its
 * lock.
 */
export const makeDraft = (drafts: string): DraftFolder => {
  mkdirSync(drafts, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(drafts)) removeAbandoned(join(drafts, name))
  const path = mkdtempSync(join(drafts, 'd'))
  const lock = tryLockFile(join(path, 'lock'))
  return {
    path,
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true })
      lock?.[Symbol.dispose]()
    },
  }
}

/** The file of a draft that says what is copied to the storage by it. */
const TARGET = 'target'

/** Says under which name the storage is to have what is about to be copied: until the draft goes, it is nobody's to take. */
export const noteTarget = ({ path }: DraftFolder, target: string): void => writeFileSync(join(path, TARGET), target)

/** What is being copied: names of the storage. */
export const targetsUnderWay = (drafts: string): ReadonlySet<string> => {
  const targets = new Set<string>()
  for (const name of existsSync(drafts) ? readdirSync(drafts) : [])
    try {
      targets.add(readFileSync(join(drafts, name, TARGET), 'utf8'))
    } catch {
      // It copies nothing, or has just ended.
    }
  return targets
}

const removeAbandoned = (path: string): void => {
  try {
    if (Date.now() - statSync(path).mtimeMs < LOCK_DUE_MS) return
    const lock = tryLockFile(join(path, 'lock'))
    if (lock === undefined) return
    rmSync(path, { recursive: true, force: true })
    lock[Symbol.dispose]()
  } catch {
    // Another was first.
  }
}
