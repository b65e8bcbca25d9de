import { rmdir, unlink } from 'node:fs/promises'
import { walkFolder } from './folder-walk.ts'

/**
 * Removes a folder with all that is in it, however deep, and nothing that a link leads to; without standing still
 * meanwhile. No error where there is none. Rejects where it could not be finished: what is left may be tried again.
 */
export const removeFolder = async (folder: string): Promise<void> => {
  try {
    const isFinished = await walkFolder(
      folder,
      ({ path, stats }) => (stats.isDirectory() ? true : unlink(path)),
      (path) => rmdir(path),
    )
    if (!isFinished) throw new Error(`${folder} cannot be removed: somebody moves folders in it`)
    await rmdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
