import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClaimedFolder } from './claim-volume.ts'

/**
 * What the claims of one pod led to, in files: who takes the pod over, after a restart of ours or of the machine, gives
 * its containers the same folders, whatever has become of the claims meanwhile.
 */
export class ClaimRecords {
  readonly #dir: string

  constructor(podDir: string) {
    this.#dir = join(podDir, 'claims')
  }

  /** Undefined where there is none, or none that can be read: it is asked anew then. */
  read(volume: string): ClaimedFolder | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#dir, volume), 'utf8')) as ClaimedFolder
    } catch {
      return undefined
    }
  }

  write(volume: string, folder: ClaimedFolder): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 })
    writeFileSync(join(this.#dir, volume), JSON.stringify(folder), { mode: 0o600 })
  }
}
