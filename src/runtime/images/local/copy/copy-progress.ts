import { readFileSync } from 'node:fs'

/** Who passes on less than this much in all that time is not getting anywhere, octets. */
const LEAST = 64 << 10

/** How much a process has read and written since it began, to files, pipes and connections alike; undefined where it has ended. */
const octetsOf = (pid: number): number | undefined => {
  try {
    const [read, written] = readFileSync(`/proc/${pid}/io`, 'latin1').match(/\d+/g) ?? []
    return Number(read) + Number(written)
  } catch {
    return undefined
  }
}

/** Whether a process that copies gets on: a registry may take a question and never answer it, or answer an octet an hour. */
export class CopyProgress {
  readonly #pid: number
  readonly #patienceMs: number
  #octets = 0
  #since: number

  constructor(pid: number, patienceMs: number, now: number) {
    this.#pid = pid
    this.#patienceMs = patienceMs
    this.#since = now
  }

  /** False where it has done next to nothing for as long as its patience lasts. */
  getsOn(now: number): boolean {
    const octets = octetsOf(this.#pid)
    if (octets === undefined || octets - this.#octets >= LEAST) {
      this.#octets = octets ?? 0
      this.#since = now
    }
    return now - this.#since < this.#patienceMs
  }
}
