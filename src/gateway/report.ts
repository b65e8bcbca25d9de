import { configMaps } from '#api/core/configmap/resource.ts'
import type { Client } from '#client/client.ts'
import { backoff, type Clock, sleep } from '#clock/clock.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { refusalsText } from '#routes/refusals.ts'

const FIRST_MS = 200
const LONGEST_MS = 30_000

interface ReportOptions {
  readonly client: Client
  readonly pod: string
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly onError: (error: Error) => void
}

/** What this pod's proxy refuses, in the ConfigMap of the data plane, below the pod's name; only what has changed. */
export class Report {
  readonly #options: ReportOptions
  /** What stands there; undefined: who was here before may have written anything. */
  #written: string | undefined
  #wanted = ''
  #isWriting = false

  constructor(options: ReportOptions) {
    this.#options = options
  }

  tell(refusals: ReadonlyMap<string, string>): void {
    this.#wanted = refusals.size > 0 ? refusalsText(refusals) : ''
    if (!this.#isWriting) void this.#write()
  }

  async #write(): Promise<void> {
    const { client, pod, clock, random, signal, onError } = this.#options
    this.#isWriting = true
    for (let failures = 0; this.#written !== this.#wanted && !signal.aborted; ) {
      const text = this.#wanted
      try {
        const data = { [pod]: text || null }
        await client.patch(configMaps, DATA_PLANE_NAME, 'merge', { data }, { namespace: DATA_PLANE_NAMESPACE })
        this.#written = text
        failures = 0
      } catch (error) {
        onError(error as Error)
        await sleep(clock, backoff(failures++, FIRST_MS, LONGEST_MS, random), signal)
      }
    }
    this.#isWriting = false
  }
}
