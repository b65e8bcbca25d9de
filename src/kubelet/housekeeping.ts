import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#clock/clock.ts'
import type { Runtime } from '#runtime/runtime.ts'

/** Kubernetes' housekeeping interval is two seconds, its garbage collection a minute: what is told comes after one. */
const PERIOD_MS = 60_000
const SOON_MS = 1000

interface HousekeepingOptions {
  readonly node: string
  /** Holds `logs`, a folder a pod. */
  readonly stateDir: string
  readonly runtime: Pick<Runtime, 'prune'>
  /** The uids of all pods that are here, whatever their state. */
  readonly living: () => ReadonlySet<string>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/**
 * Removes what no pod of this node owns any more, by looking at what is there: cgroups and log folders, also of earlier
 * processes of ours. Once a minute, and soon after it is told that a pod has gone.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions
  #soon = false

  constructor(options: HousekeepingOptions) {
    this.#options = options
    this.#wait()
  }

  /** A pod has gone. */
  tell(): void {
    if (this.#soon) return
    this.#soon = true
    this.#options.clock.after(SOON_MS, () => {
      this.#soon = false
      void this.#clean()
    })
  }

  #wait(): void {
    this.#options.clock.after(PERIOD_MS, () => {
      void this.#clean()
      if (!this.#options.signal.aborted) this.#wait()
    })
  }

  async #clean(): Promise<void> {
    const { node, stateDir, runtime, living, signal, onError } = this.#options
    if (signal.aborted) return
    try {
      const uids = living()
      const logs = join(stateDir, 'logs')
      for (const folder of existsSync(logs) ? readdirSync(logs) : []) {
        // NAMESPACE_NAME_UID, and neither name nor uid has an underscore.
        const uid = folder.slice(folder.lastIndexOf('_') + 1)
        if (!uids.has(uid)) rmSync(join(logs, folder), { recursive: true, force: true })
      }
      await runtime.prune(node, uids)
    } catch (error) {
      onError(error)
    }
  }
}
