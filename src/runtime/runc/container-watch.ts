import { conmonProcess, type StoredContainer } from './bundle/container-record.ts'
import type { BundlePaths } from './bundle/runtime-paths.ts'
import { cgroupFolders, cgroupProcesses } from './processes/cgroup.ts'
import {
  identifyProcess,
  isAlive,
  type ProcessIdentity,
  signalNumber,
  signalProcess,
} from './processes/process-identity.ts'

/** conmon writes the exit file as soon as its container has ended; one that has not by then hangs. Milliseconds. */
const EXIT_DUE_MS = 10_000

/**
 * Looks at one container, since what has ended is not always told: its program's process and its conmon are held
 * against the kernel, by number and start time.
 */
export class ContainerWatch {
  readonly #stored: StoredContainer
  readonly #bundle: BundlePaths
  #conmon: ProcessIdentity | undefined
  #endedAt: number | undefined

  constructor(stored: StoredContainer, bundle: BundlePaths) {
    this.#stored = stored
    this.#bundle = bundle
  }

  /**
   * True where all is well. False where its state is to be read again; what could not end by itself was killed: without
   * its conmon a container has nobody who keeps its output and learns its exit status, and a conmon that hangs would
   * keep the end of its container to itself.
   */
  look(now: number): boolean {
    const program = this.#stored.process
    const lives = program !== undefined && isAlive(program)
    const kept = this.#isKept()
    if (lives && kept) {
      this.#endedAt = undefined
      return true
    }
    if (lives) this.#kill()
    else if (kept) {
      this.#endedAt ??= now
      if (now - this.#endedAt >= EXIT_DUE_MS && this.#conmon !== undefined) signalProcess(this.#conmon, 'SIGKILL')
    }
    return false
  }

  #isKept(): boolean {
    if (this.#conmon !== undefined && isAlive(this.#conmon)) return true
    const pid = conmonProcess(this.#bundle)
    this.#conmon = pid === undefined ? undefined : identifyProcess(pid)
    return this.#conmon !== undefined
  }

  #kill(): void {
    const { process, cgroupsPath } = this.#stored
    if (process !== undefined) signalProcess(process, 'SIGKILL')
    for (const pid of cgroupFolders(cgroupsPath).flatMap(cgroupProcesses)) signalNumber(pid, 'SIGKILL')
  }
}
