/** A change that waits longer than this, two of kube-proxy's sync periods, makes the proxy unhealthy. */
const HEALTH_TIMEOUT_MS = 60_000

/** Whether one node's proxy keeps up: changes queued and writes done, in milliseconds since the epoch. */
export class ProxyHealth {
  readonly #now: () => number
  #pendingSince: number | undefined
  #updatedAt: number | undefined

  constructor(now: () => number) {
    this.#now = now
  }

  /** A change waits to be written. */
  queued(): void {
    this.#pendingSince ??= this.#now()
  }

  /** All that waited is written. */
  updated(): void {
    this.#pendingSince = undefined
    this.#updatedAt = this.#now()
  }

  isHealthy(): boolean {
    return this.#pendingSince === undefined || this.#now() - this.#pendingSince < HEALTH_TIMEOUT_MS
  }

  /** As kube-proxy tells it: now, for as long as the proxy is healthy; else when it last wrote, undefined for never. */
  lastUpdated(): number | undefined {
    return this.isHealthy() ? this.#now() : this.#updatedAt
  }
}
