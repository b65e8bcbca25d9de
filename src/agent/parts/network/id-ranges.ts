import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLockFile } from '#kernel/files/file-lock.ts'
import { ID_COUNT } from '#runtime/runtime.ts'
import { PodNetworkError } from './pod-network-error.ts'

/**
 * Ids that nobody else hands out: above what systemd gives containers (it ends at 1879048191) and what /etc/subuid gives
 * users, and below 2³¹, from where on some programs take them for negative.
 */
const FIRST_ID = 0x7000_0000
const LAST_ID = 0x7fff_0000 - 1
const RANGES = Math.floor((LAST_ID + 1 - FIRST_ID) / ID_COUNT)
/** A file a range that is taken, named by its first id; all clusters of the machine have it in common. */
const FOLDER = '/run/fairlead/ids'
const LOCK_TRIES = 1000

/**
 * The ranges of users, 65536 each, that pods with users of their own have: no two pods of this machine have one in
 * common, of whatever cluster they are. Who has a range is kept in the pod's own record, of which the machine's file
 * names the path: a range whose record is gone is free.
 */
export class IdRanges {
  readonly #folder: string

  constructor(folder = FOLDER) {
    this.#folder = folder
  }

  /**
   * The first id of a range that is free; `record`: the path of the file that is written before anybody uses it. Rejects
   * with POD_IDS_EXHAUSTED.
   */
  async take(record: string): Promise<number> {
    using _ = await this.#lock()
    const taken = new Set<number>()
    for (const name of this.#names()) {
      const owner = this.#ownerOf(name)
      // Of one that died before its record was there, or whose machine was restarted.
      if (owner === record || !existsSync(owner)) rmSync(join(this.#folder, name), { force: true })
      else taken.add(Number(name))
    }
    for (let index = 0; index < RANGES; index++) {
      const firstId = FIRST_ID + index * ID_COUNT
      if (taken.has(firstId)) continue
      // The record comes first, so that who looks meanwhile does not take the range for free.
      writeFileSync(record, '', { flag: 'a', mode: 0o600 })
      writeFileSync(join(this.#folder, String(firstId)), record, { mode: 0o600 })
      return firstId
    }
    throw new PodNetworkError('POD_IDS_EXHAUSTED', `all ${RANGES} ranges of users of this machine are taken`)
  }

  /** Gives back what pods have whose records are these. No error where they have none. */
  free(isRecord: (path: string) => boolean): void {
    for (const name of this.#names())
      if (isRecord(this.#ownerOf(name))) rmSync(join(this.#folder, name), { force: true })
    if (existsSync(this.#folder)) this.#clearUp()
  }

  /** Where nobody has a range, and nobody takes one at this moment, nothing is left on the machine. */
  #clearUp(): void {
    const path = join(this.#folder, 'lock')
    using lock = tryLockFile(path)
    if (lock === undefined || this.#names().length > 0) return
    rmSync(path, { force: true })
    try {
      rmdirSync(this.#folder)
    } catch {
      // What is not ours lies there.
    }
  }

  /** Empty where it was freed meanwhile. */
  #ownerOf(name: string): string {
    try {
      return readFileSync(join(this.#folder, name), 'utf8')
    } catch {
      return ''
    }
  }

  #names(): readonly string[] {
    return existsSync(this.#folder) ? readdirSync(this.#folder).filter((name) => /^\d+$/.test(name)) : []
  }

  /** Held for a moment, by whoever takes a range. */
  async #lock(): Promise<Disposable> {
    for (let tries = 0; tries < LOCK_TRIES; tries++) {
      mkdirSync(this.#folder, { recursive: true, mode: 0o755 })
      try {
        const lock = tryLockFile(join(this.#folder, 'lock'))
        if (lock !== undefined) return lock
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
      await sleep(2)
    }
    throw new PodNetworkError('POD_ATTACH_FAILED', `another process holds ${this.#folder}/lock: fuser tells which`)
  }
}
