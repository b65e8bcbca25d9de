import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeLog } from './log-segments.ts'

/** The CRI log of one attempt. */
export const logPath = (logDir: string, container: string, attempt: number): string =>
  join(logDir, container, `${attempt}.log`)

/** Where the termination messages of a pod's containers lie: they may write there as much as they like. */
export const messagesFolder = (podDir: string): string => join(podDir, 'containers')

export const messageFolder = (podDir: string, container: string): string => join(messagesFolder(podDir), container)

/** The file on the node behind one attempt’s terminationMessagePath. */
export const messagePath = (podDir: string, container: string, attempt: number): string =>
  join(messageFolder(podDir, container), String(attempt))

/** Frees what a container's attempts have left on disk, but for the newest two of them. Never throws. */
export const pruneAttempts = (
  { log }: { readonly log: (message: string, error?: unknown) => void },
  { dir, logDir }: { readonly dir: string; readonly logDir: string },
  container: string,
  attempt: number,
): void => {
  if (attempt < 2) return
  try {
    removeLog(logPath(logDir, container, attempt - 2))
    rmSync(messagePath(dir, container, attempt - 2), { force: true })
  } catch (error) {
    log(`container ${container}: what its attempt ${attempt - 2} has left cannot be removed`, error)
  }
}
