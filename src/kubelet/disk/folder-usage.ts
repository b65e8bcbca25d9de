import { lstatSync } from 'node:fs'
import { walkFolder } from '#runtime/folders/folder-walk.ts'

/** Of stat(2), whatever the file system's own blocks are. */
const BLOCK = 512

/** What a file takes of the disk, in bytes; 0 where there is none. */
export const fileUsage = (path: string): number => (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK

/**
 * What all that is in a folder takes of the disk, in bytes: blocks and not lengths, a file with several names once.
 * Beyond `most` it need not be known by how much. 0 where there is no such folder.
 */
export const folderUsage = async (folder: string, most = Number.POSITIVE_INFINITY): Promise<number> => {
  const linked = new Set<number>()
  let bytes = 0
  try {
    await walkFolder(folder, ({ stats }) => {
      if (!stats.isDirectory() && stats.nlink > 1) {
        if (linked.has(stats.ino)) return true
        linked.add(stats.ino)
      }
      bytes += stats.blocks * BLOCK
      return bytes <= most
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return bytes
}
