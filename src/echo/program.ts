import { accessSync, constants, statSync } from 'node:fs'
import { basename } from 'node:path'

/** May it be run? Node.js aborts where it is told to become what may not. */
export const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** A path as it stands, a name along PATH, as a shell does. */
export const findProgram = (word: string, path = process.env.PATH ?? ''): string | undefined => {
  const paths = word.includes('/') ? [word] : path.split(':').map((folder) => `${folder || '.'}/${word}`)
  return paths.find(isProgram)
}

/** Ends at once, whatever threads do, and another program goes on in this process. Returns where Node.js cannot do so. */
export const become = (path: string, words: readonly string[], env = process.env): void => {
  // Node.js ignores this signal, and so would the program; one that is caught is given back.
  process.on('SIGPIPE', () => undefined)
  process.execve?.(path, [basename(path), ...words], env)
}
