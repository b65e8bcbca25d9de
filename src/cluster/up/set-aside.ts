import { lstatSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { livesPath } from '../state/lives.ts'
import { statePaths } from '../state/state.ts'
import { SET_ASIDE } from '../state/state-folder.ts'

/** Faults that no other try makes better. */
const LASTING = ['DATABASE_DAMAGED', 'DATABASE_NEWER', 'DATABASE_FOREIGN']

/**
 * Gives the file of a cluster's objects another name where it cannot be read, for the next start to begin without any;
 * nothing is written to it. Gives the new path; undefined where there is nothing wrong with the file. Throws
 * DatabaseError where it cannot be told.
 */
export const setObjectsAside = async (stateDir: string, now: Date): Promise<string | undefined> => {
  const { objects } = statePaths(stateDir)
  if (await isReadable(objects)) return undefined
  const aside = freeName(stateDir, now.toISOString().replace(/[-:]|\.\d+/g, ''))
  // The log first: without it, what is left is the file of before.
  for (const suffix of ['-shm', '-wal', ''])
    if (isThere(`${objects}${suffix}`)) renameSync(`${objects}${suffix}`, `${aside}${suffix}`)
  rmSync(livesPath(stateDir), { force: true })
  return aside
}

/** Said where a cluster that is brought back has no objects, by whatever hand: it begins anew, and nobody had asked for that. */
export const missingObjects = (stateDir: string): string | undefined => {
  const { objects } = statePaths(stateDir)
  const isFilled = [objects, `${objects}-wal`].some(
    (path) => (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0,
  )
  return isFilled ? undefined : `the objects of before are gone, since nothing is in ${objects}: it begins without any`
}

/** Also a link that leads nowhere. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

const isReadable = async (path: string): Promise<boolean> => {
  const { readDatabase } = await import('#apiserver/storage/sqlite/database-reader.ts')
  try {
    for (const _ of readDatabase(path)?.changes ?? []);
    return true
  } catch (error) {
    if (LASTING.includes((error as { readonly code?: string }).code ?? '')) return false
    throw error
  }
}

/** Nothing that was set aside before is overwritten. */
const freeName = (stateDir: string, time: string): string => {
  for (let number = 1; ; number++) {
    const path = join(stateDir, `${SET_ASIDE}${time}${number === 1 ? '' : `-${number}`}.db`)
    if (!isThere(path)) return path
  }
}
