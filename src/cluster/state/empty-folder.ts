import { rmdirSync } from 'node:fs'

/** Removes a folder that nothing is in, where it can be: what is not empty, mounted on, or no folder stays. */
export const removeEmptyFolder = (folder: string): void => {
  try {
    rmdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'rmdir') throw error
  }
}
