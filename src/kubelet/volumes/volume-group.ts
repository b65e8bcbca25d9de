import { constants, type Stats, statSync } from 'node:fs'
import { chmod, lchown, open } from 'node:fs/promises'
import { walkFolder } from '#runtime/folders/folder-walk.ts'

const O_PATH = 0o10000000
const SETGID = 0o2000
/** What the group may do with files, and with folders. */
const FILES = 0o660
const FOLDERS = 0o770

const wanted = ({ mode }: Stats, isFolder: boolean): number => (mode & 0o7777) | (isFolder ? FOLDERS | SETGID : FILES)

/** The folder itself is the group's, and lets it in: then, by `OnRootMismatch`, all that is in it counts as its own too. */
const isGroups = (stats: Stats, group: number): boolean =>
  stats.gid === group && (stats.mode & 0o7777) === wanted(stats, true)

/**
 * Gives all that is in a volume to a group, which may read and write it then, also what is made later (fsGroup). Nothing
 * is opened by a name that a pod could have led elsewhere meanwhile. Rejects where it could not be finished.
 */
export const giveToGroup = async (
  folder: string,
  group: number,
  policy: 'Always' | 'OnRootMismatch' = 'Always',
): Promise<void> => {
  if (policy === 'OnRootMismatch' && isGroups(statSync(folder), group)) return
  const isFinished = await walkFolder(folder, async ({ path, stats }) => {
    if (stats.gid !== group) await lchown(path, stats.uid, group)
    if (stats.isSymbolicLink()) return
    const mode = wanted(stats, stats.isDirectory())
    // Giving it away takes setuid bits off.
    if (mode !== (stats.mode & 0o7777) || stats.gid !== group) await changeMode(path, mode)
  })
  if (!isFinished) throw new Error(`${folder} cannot be given to group ${group}: somebody moves folders in it`)
}

/** Of the very file that is there: a link that took its place meanwhile is not followed. */
const changeMode = async (path: string, mode: number): Promise<void> => {
  const handle = await open(path, O_PATH | constants.O_NOFOLLOW)
  try {
    if (!(await handle.stat()).isSymbolicLink()) await chmod(`/proc/self/fd/${handle.fd}`, mode)
  } finally {
    await handle.close()
  }
}
