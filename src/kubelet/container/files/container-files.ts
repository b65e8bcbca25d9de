import { join } from 'node:path'
import { removeLog } from './log-segments.ts'

/** The CRI log of one attempt. */
export const logPath = (logDir: string, container: string, attempt: number): string =>
  join(logDir, container, `${attempt}.log`)

/** The file on the node behind one attempt’s terminationMessagePath. */
export const messagePath = (podDir: string, container: string, attempt: number): string =>
  join(podDir, 'containers', container, String(attempt))

/** Frees what a container attempt left on disk, but for the newest two logs. */
export const pruneLogs = (logDir: string, container: string, attempt: number): void => {
  if (attempt >= 2) removeLog(logPath(logDir, container, attempt - 2))
}
