import { statfsSync } from 'node:fs'

/** What is left to others of the disk: so much of it, and at most so many octets. */
const RESERVE = { share: 0.05, octets: 512 << 20 } as const

/** What the disk of `path` has beyond what is left to others; negative where it has less. */
export const freeOctets = (path: string): number => {
  const { bsize, blocks, bavail } = statfsSync(path)
  return bavail * bsize - Math.min(RESERVE.octets, blocks * bsize * RESERVE.share)
}
