import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerSpec, ContainerState } from '../runtime.ts'

/** What a container without a process is, for as long as it is there. */
export interface VirtualRecord {
  readonly spec: ContainerSpec
  readonly status: ContainerState
}

const ENDING = '.json'

/** The containers that have started, a file each, for the next process of ours. */
export class VirtualRecords {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  #path(id: string): string {
    return join(this.#folder, `${id}${ENDING}`)
  }

  /** Whole or not at all. Not synced: it need not outlive the machine, as its pod's namespace does not. */
  write(record: VirtualRecord): void {
    const path = this.#path(record.spec.id)
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  remove(id: string): void {
    rmSync(this.#path(id), { force: true })
  }

  /** What cannot be read was written by nobody of ours, and is told to `onError`. */
  read(onError: (error: unknown) => void): readonly VirtualRecord[] {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith(ENDING))
    return names.flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as VirtualRecord]
      } catch (error) {
        onError(new Error(`${join(this.#folder, name)}: cannot be read, and is passed over`, { cause: error }))
        return []
      }
    })
  }
}
