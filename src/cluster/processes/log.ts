import { copyFileSync, statSync, truncateSync, writeSync } from 'node:fs'

const STDERR = 2

/** Octets of a log file before it becomes the older one of two. */
const LIMIT = 10 << 20

/** The files of a log whose newest is `path`, oldest first; neither need be there. */
export const logFiles = (path: string): readonly [string, string] => [`${path}.1`, path]

/**
 * Gives what writes one line, time and message, to standard error, which the supervisor has led to the end of file
 * `path`. Once that is longer than `limit`, what is in it takes the place of the older file, so a log never takes more
 * than twice the limit and a line. Copied and emptied, not renamed: the supervisor, and a Node.js that dies, write to
 * the same open file. A log that cannot be kept is given up, never the process.
 */
export const openLog = (
  path: string,
  limit = LIMIT,
  write: (text: string) => unknown = (text) => writeSync(STDERR, text),
): ((message: string) => void) => {
  const [older] = logFiles(path)
  const turn = (): void => {
    try {
      if (statSync(path).size <= limit) return
      try {
        copyFileSync(path, older)
      } finally {
        truncateSync(path)
      }
    } catch {
      // Gone with its folder, or the disk is full.
    }
  }
  turn()
  return (message) => {
    try {
      write(`${new Date().toISOString()} ${message}\n`)
    } catch {
      // The disk is full: Node.js' own stream would end the process by an event that nobody hears.
    }
    turn()
  }
}
