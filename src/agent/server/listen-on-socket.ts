import { chmodSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'

/**
 * Has a server listen on a Unix socket that root alone may open, in the place of one that is left of before. Rejects with
 * Node's error.
 */
export const listenOnSocket = async (server: Server, socket: string): Promise<void> => {
  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const mask = process.umask(0o177)
    server.listen(socket, resolve)
    process.umask(mask)
  })
  chmodSync(socket, 0o600)
}
