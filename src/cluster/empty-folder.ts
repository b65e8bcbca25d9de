import { rmdirSync } from 'node:fs'

/** Removes a folder that nothing is in; it stays where something lies in it, or is mounted on it. */
export const removeEmptyFolder = (folder: string): void => {
  try {
    rmdirSync(folder)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOTEMPTY', 'EBUSY', 'ENOENT', 'EACCES', 'EROFS'].includes(code)) throw error
  }
}
