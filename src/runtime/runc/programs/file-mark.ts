import { statSync } from 'node:fs'

/** Another one where another file lies at `path`, or it was written anew. Throws as statSync does. */
export const fileMark = (path: string): string => {
  const { ino, mtimeMs, size } = statSync(path)
  return `${path} ${ino} ${mtimeMs} ${size}`
}
