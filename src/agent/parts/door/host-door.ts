import type { Clock } from '#clock/clock.ts'
import { foreignNetwork, type HostFolders, installConfiguration, installProgram } from './host-files.ts'

/** How often the host's files are looked at, milliseconds. */
const LOOK_MS = 10_000

interface HostDoorOptions {
  readonly folders: HostFolders
  /** The plugin's program, where it lies for us. */
  readonly program: string
  /** The configuration's text. */
  readonly configuration: string
  readonly clock: Clock
  /** Done at each look too. */
  readonly settle: () => Promise<void>
  readonly log: (message: string, error?: unknown) => void
}

/** What makes the host's runtime call us, kept as it was written. */
export class HostDoor {
  readonly #options: HostDoorOptions
  #isOpen = false
  #isClosed = false
  #cancel = (): void => undefined

  constructor(options: HostDoorOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Why nobody comes though it is open, in words. */
  faults(): readonly string[] {
    const fault = this.#isOpen ? foreignNetwork(this.#options.folders) : undefined
    return fault === undefined ? [] : [fault]
  }

  /** From here on pods come. Throws where the host's folders cannot be written. */
  open(): void {
    if (this.#isClosed) return
    this.#install()
    this.#isOpen = true
    this.#cancel = this.#options.clock.after(LOOK_MS, () => this.#look())
  }

  /** What is written stays. */
  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  #look(): void {
    const { settle, log, clock } = this.#options
    try {
      for (const path of this.#install()) log(`${path} was not as we had written it; put right`)
    } catch (error) {
      log("the host's files of CNI cannot be put right", error)
    }
    settle().catch((error: unknown) => log('links of containers that have gone stay for now', error))
    this.#cancel = clock.after(LOOK_MS, () => this.#look())
  }

  /** What had to be written. The configuration is the last word: nobody is to call a program that is not there. */
  #install(): readonly string[] {
    const { folders, program, configuration } = this.#options
    return [
      ...(installProgram(folders, program) ? ['/opt/cni/bin/fairlead'] : []),
      ...(installConfiguration(folders, configuration) ? ['/etc/cni/net.d/10-fairlead.conflist'] : []),
    ]
  }
}
