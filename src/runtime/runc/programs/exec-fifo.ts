import { constants, openSync, unlinkSync } from 'node:fs'
import { openReadable } from './open-readable.ts'

/**
 * Starts a created container by runc's own protocol: its init waits until somebody reads the one byte that it writes
 * into `exec.fifo`, then executes the program. `runc start` does the same and costs a process of 10 ms; this costs
 * none. Rejects where nobody writes within `timeoutMs` (init was killed). Gives false where there is no FIFO: started
 * before, or another runtime.
 */
export async function releaseExecFifo(path: string, timeoutMs: number): Promise<boolean> {
  let fd: number
  try {
    // Non-blocking: a blocking open of a FIFO without a writer would never come back.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  const socket = openReadable(fd)
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nobody wrote to ${path} within ${timeoutMs} ms`)), timeoutMs)
      socket.once('data', () => {
        clearTimeout(timer)
        resolve()
      })
      socket.once('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
    })
  } finally {
    socket.destroy()
  }
  // runc itself takes the FIFO's absence for "running".
  unlinkSync(path)
  return true
}
