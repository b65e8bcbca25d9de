import { readFileSync } from 'node:fs'

/** A file of the machine's /etc; a machine that has none has nothing to say. */
export const hostText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
