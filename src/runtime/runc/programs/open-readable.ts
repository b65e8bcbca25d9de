import { closeSync } from 'node:fs'
import { Socket } from 'node:net'

/** The stream of the end of a pipe or FIFO that is read; it closes the descriptor, also where it cannot be made. */
export function openReadable(descriptor: number): Socket {
  try {
    return new Socket({ fd: descriptor, readable: true, writable: false })
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}
