import { appendFileSync } from 'node:fs'

/** Adds a line to a container's log, as a program's own would come there: in the format of the CRI. */
export const writeLogLine = (path: string, text: string): void => {
  const time = new Date().toISOString()
  for (const line of text.split('\n')) appendFileSync(path, `${time} stdout F ${line}\n`, { mode: 0o600 })
}
