import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { Client } from '#client/client.ts'
import { backoff, type Clock, sleep } from '#clock/clock.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { type PodReport, reportText } from '#routes/reports.ts'
import { isManaged } from '#routes/site-service.ts'

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

/**
 * What this pod's proxy serves and refuses, and what waits, in the ConfigMap of the data plane, below the pod's name: written where it
 * stands otherwise there, whoever has changed it. Somebody else's ConfigMap of that name is left alone.
 */
export class Report {
  readonly #options: ReportOptions
  /** What stands there. */
  #written: string | undefined
  /** Whether the ConfigMap is there, and ours. */
  #isThere = false
  #wanted: string | undefined
  #isWriting = false

  constructor(options: ReportOptions) {
    this.#options = options
  }

  /** From now on this is so. */
  tell(report: PodReport): void {
    this.#wanted = reportText(report)
    this.#start()
  }

  /** The ConfigMap as it is now; undefined: it is gone. */
  saw(configMap: ConfigMap | undefined): void {
    this.#isThere = configMap !== undefined && isManaged(configMap)
    this.#written = configMap?.data?.[this.#options.pod]
    this.#start()
  }

  get #isDue(): boolean {
    return (
      this.#isThere && this.#wanted !== undefined && this.#written !== this.#wanted && !this.#options.signal.aborted
    )
  }

  #start(): void {
    if (!this.#isWriting && this.#isDue) void this.#write()
  }

  async #write(): Promise<void> {
    const { client, pod, clock, random, signal, onError } = this.#options
    this.#isWriting = true
    for (let failures = 0; this.#isDue; ) {
      const text = this.#wanted!
      try {
        const data = { [pod]: text }
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
