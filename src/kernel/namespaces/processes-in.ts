import { readdirSync, statSync } from 'node:fs'

/** The processes that are in the network namespace at `path`, whoever started them, but for our own. Needs root. */
export const processesIn = (path: string): readonly number[] => {
  const idOf = (file: string): string => {
    const { dev, ino } = statSync(file)
    return `${dev}:${ino}`
  }
  const wanted = idOf(path)
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        return idOf(`/proc/${pid}/ns/net`) === wanted
      } catch {
        // It ended while we looked.
        return false
      }
    })
    .map(Number)
}
