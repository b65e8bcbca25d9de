import { backoff, type Clock } from '#clock/clock.ts'
import type { Part, PartDefinition, PartState } from './part.ts'

/** Between a part's failure and the next try, milliseconds: doubled by each failure in a row, up to the other. */
const RETRY_MS = 500
const MOST_RETRY_MS = 30_000

type Life =
  | { readonly is: 'waiting' }
  | { readonly is: 'starting' }
  | { readonly is: 'running'; readonly part: Part }
  | { readonly is: 'failed'; readonly retryAt: number; readonly cancel: () => void }

interface PartRunOptions {
  readonly definition: Pick<PartDefinition, 'name' | 'needs' | 'carriesPods'>
  /** Starts it anew. `fail` ends that life of it, and no later one. */
  readonly start: (fail: (error: Error) => void) => Part | Promise<Part>
  readonly clock: Clock
  readonly random: () => number
  readonly log: (message: string, error?: unknown) => void
  readonly onStarted: () => void
  /** It has failed: what stands on it is to be halted, before it is stopped itself. */
  readonly onFailed: () => Promise<void>
  /** The time for another try has come. */
  readonly onRetry: () => void
}

/** The lives of one part: it is started, fails, and is started again, each time after a longer wait. */
export class PartRun {
  readonly definition: PartRunOptions['definition']
  /** Resolves when it is ready for the first time. */
  readonly ready: Promise<void>
  readonly #options: PartRunOptions
  #life: Life = { is: 'waiting' }
  /** In a row. */
  #failed = 0
  #failures = 0
  /** Why it failed last; none since it was ready. */
  #fault: string | undefined
  #resolveReady!: () => void

  constructor(options: PartRunOptions) {
    this.#options = options
    this.definition = options.definition
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve
    })
  }

  get part(): Part | undefined {
    return this.#life.is === 'running' ? this.#life.part : undefined
  }

  get isWaiting(): boolean {
    return this.#life.is === 'waiting'
  }

  state(): PartState {
    return { name: this.definition.name, failures: this.#failures, ...this.#status() }
  }

  async start(): Promise<void> {
    const life: Life = { is: 'starting' }
    this.#life = life
    let current: Life = life
    const fail = (error: unknown): void => {
      if (this.#life === current) void this.#fail(error as Error)
    }
    try {
      const part = await this.#options.start(fail)
      if (this.#life !== life) {
        // It was halted, or failed, while it started: nobody waits for it any more.
        part.ready.catch(() => undefined)
        await this.#stop(part)
        return
      }
      current = { is: 'running', part }
      this.#life = current
      part.ready.then(() => {
        if (this.#life !== current) return
        this.#failed = 0
        this.#fault = undefined
        this.#resolveReady()
        this.#options.onStarted()
      }, fail)
      this.#options.onStarted()
    } catch (error) {
      fail(error)
    }
  }

  /** Stops it, if it runs; nothing of it goes on by itself. */
  async halt(): Promise<void> {
    const life = this.#life
    this.#life = { is: 'waiting' }
    if (life.is === 'failed') life.cancel()
    if (life.is === 'running') await this.#stop(life.part)
  }

  async #fail(error: Error): Promise<void> {
    const { clock, random, log, onFailed, onRetry } = this.#options
    const { part } = this
    const wait = Math.round(backoff(this.#failed++, RETRY_MS, MOST_RETRY_MS, random))
    this.#failures++
    this.#fault = error.message
    log(`part ${this.definition.name} has failed, and is tried again in ${wait} ms`, error)
    const retry = (): void => {
      if (this.#life !== life) return
      this.#life = { is: 'waiting' }
      onRetry()
    }
    const cancel = clock.after(wait, () => void stopped.then(retry))
    const life: Life = { is: 'failed', retryAt: clock.now() + wait, cancel }
    this.#life = life
    const stopped = onFailed().then(() => part && this.#stop(part))
    await stopped
  }

  async #stop(part: Part): Promise<void> {
    try {
      await part.stop()
    } catch (error) {
      this.#options.log(`part ${this.definition.name} could not let go of all`, error)
    }
  }

  #status(): Pick<PartState, 'ready' | 'faults' | 'nodeWaits'> {
    switch (this.#life.is) {
      case 'waiting':
      case 'starting':
        return { ready: false, faults: this.#fault === undefined ? [] : [this.#fault] }
      case 'failed': {
        const at = new Date(this.#life.retryAt).toISOString()
        return { ready: false, faults: [`${this.#fault}; tried again at ${at}`] }
      }
      case 'running': {
        const { ready, faults, nodeWaits } = this.#life.part.status()
        const waits = nodeWaits === undefined ? {} : { nodeWaits }
        return {
          ...waits,
          ready,
          faults: faults.length === 0 && !ready && this.#fault !== undefined ? [this.#fault] : faults,
        }
      }
    }
  }
}
