import { statfsSync } from 'node:fs'

interface Room {
  readonly availableBytes: number
  readonly totalBytes: number
}

/** Less than this part of the disk, or less than this, is too little. */
const PART = 0.01
const MOST_BYTES = 256 * 2 ** 20

/** What the disk of a folder has: what is kept for root counts as taken. */
export const roomOf = (folder: string): Room => {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { availableBytes: bavail * bsize, totalBytes: blocks * bsize }
}

/**
 * Whether the disk of a node is all but full. Not by Kubernetes' tenth, which on a machine that people use for other
 * things as well would be a matter of every day: where next to nothing is left. It is well again with twice as much.
 */
export class DiskRoom {
  readonly #read: () => Room
  #isShort = false

  constructor(read: () => Room) {
    this.#read = read
  }

  /** What there is now; `missingBytes`: until it is well again, 0 where it is. */
  look(): Room & { readonly thresholdBytes: number; readonly missingBytes: number } {
    const room = this.#read()
    const thresholdBytes = Math.floor(Math.min(room.totalBytes * PART, MOST_BYTES))
    this.#isShort = room.availableBytes < thresholdBytes * (this.#isShort ? 2 : 1)
    return { ...room, thresholdBytes, missingBytes: this.#isShort ? thresholdBytes * 2 - room.availableBytes : 0 }
  }

  get isShort(): boolean {
    return this.look().missingBytes > 0
  }
}
