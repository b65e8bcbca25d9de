import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'

/**
 * Calls `died` when a conmon has died, which the kernel tells by itself: conmon holds the FIFO `path` open for writing,
 * never writes, and a FIFO without a writer ends. The result ends the wait. Where there is no such FIFO, nobody is told.
 */
export const feelConmon = (path: string, died: () => void): (() => void) => {
  let socket: Socket
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      socket = new Socket({ fd, readable: true, writable: false })
    } catch (error) {
      closeSync(fd)
      throw error
    }
  } catch {
    // Another version of conmon, or one that has died already: it is found by looking.
    return () => undefined
  }
  // It keeps no process alive that has nothing else to do.
  socket.unref()
  socket.on('error', () => socket.destroy())
  socket.once('end', died)
  socket.resume()
  return () => {
    socket.off('end', died)
    socket.destroy()
  }
}
