import type { ContainerState } from '../runtime.ts'
import { containerState, type Exit, type StoredContainer, writeRecord } from './bundle/container-record.ts'
import type { BundlePaths } from './bundle/runtime-paths.ts'
import { feelConmon } from './conmon-pulse.ts'
import { ContainerWatch } from './container-watch.ts'
import { signalProcess } from './processes/process-identity.ts'
import { numberOfSignal } from './processes/signals.ts'
import type { Stdio } from './programs/stdio.ts'

/** When what could not be sent, as with too many open files, is sent again. */
const AGAIN_MS = 1000

/** One container that is on the disk, as the runtime has it in mind. */
export class KeptContainer {
  stored: StoredContainer
  /** Its stdin closes with the first who leaves: such a one is there from the start, and misses nothing. */
  joinedOnce = false
  stdio: Stdio | undefined
  readonly bundle: BundlePaths
  readonly #watch: ContainerWatch
  readonly #waiters: (() => void)[] = []
  readonly #letGo: () => void
  #exit: Exit | undefined

  /** `exit`: it has ended already. `conmonDied` is called when the conmon of one that has not does. */
  constructor(stored: StoredContainer, bundle: BundlePaths, exit: Exit | undefined, conmonDied: () => void) {
    this.stored = stored
    this.bundle = bundle
    this.#watch = new ContainerWatch(stored, bundle)
    // With a terminal conmon speaks to itself by it, of sizes: whoever else reads would take them away.
    const isFelt = exit === undefined && !stored.tty
    this.#letGo = isFelt ? feelConmon(bundle.pulse, conmonDied) : () => undefined
    if (exit !== undefined) this.end(exit)
  }

  get exit(): Exit | undefined {
    return this.#exit
  }

  get state(): ContainerState {
    return this.#exit ?? containerState(this.stored, this.bundle)
  }

  update(change: Partial<StoredContainer>): void {
    this.stored = { ...this.stored, ...change }
    try {
      writeRecord(this.bundle, this.stored)
    } catch (error) {
      // Somebody else has taken all of it away: nobody will read it again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  /** What says how an end is to be told, and no more: a disk that is full keeps no container alive that fills it. */
  #note(change: Partial<StoredContainer>): void {
    try {
      this.update(change)
    } catch {
      // It is known to this process all the same.
    }
  }

  /** Sends its program a signal, by its name, and notes it: how it ends is told by that. */
  signal(name: string): void {
    this.#note({ sentSignal: name })
    const { process } = this.stored
    const number = numberOfSignal(name)
    if (process !== undefined && number !== undefined) signalProcess(process, number)
  }

  /**
   * Sends it the signal by which it stops, and SIGKILL when `graceSeconds` are over; resolves when it has ended. What cannot be
   * sent now is sent again, and `onError` told.
   */
  async stop(graceSeconds: number, onError: (error: unknown) => void): Promise<void> {
    const exit = this.exited()
    if (this.#exit !== undefined) return
    const timers = new Set<NodeJS.Timeout>()
    const send = (name: string): void => {
      try {
        this.signal(name)
      } catch (error) {
        onError(error)
        later(name, AGAIN_MS)
      }
    }
    const later = (name: string, ms: number): void => void timers.add(setTimeout(() => send(name), ms))
    const { startedAt, made } = this.stored
    // What was never started has no program yet that could mind a grace period.
    send(startedAt === undefined || graceSeconds <= 0 ? 'SIGKILL' : made.stopSignal)
    later('SIGKILL', Math.max(0, graceSeconds) * 1000)
    await exit
    for (const timer of timers) clearTimeout(timer)
  }

  /** Holds it against the kernel; false where its state is to be read again. */
  look(now: number): boolean {
    return this.#exit !== undefined || this.#watch.look(now)
  }

  /** What nobody told is written down, or it would have happened anew whenever it is read. */
  end(exit: Exit): void {
    this.#exit = exit
    this.#letGo()
    const isUnseen = exit.reason === 'ContainerStatusUnknown' || exit.reason === 'Unknown'
    if (isUnseen && this.stored.unseen === undefined) this.#note({ unseen: exit })
    for (const wake of this.#waiters.splice(0)) wake()
  }

  /** Resolves when it has ended. */
  exited(): Promise<void> {
    return this.#exit !== undefined ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** Nothing of it is watched any more. */
  close(): void {
    this.#letGo()
    this.stdio?.socket.destroy()
  }
}
