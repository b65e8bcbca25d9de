/** What is to be done with a running HAProxy, in this order. */
const WORK = ['plan', 'servers', 'files', 'sweep', 'audit'] as const
export type Work = (typeof WORK)[number]

/** Work that waits, each once; and backends whose endpoints are others, which need not wait for all of it. */
export class Backlog {
  readonly #due = new Set<Work>()
  readonly #backends = new Set<string>()
  #wake: () => void = () => {}

  get size(): number {
    return this.#due.size
  }

  get hasBackends(): boolean {
    return this.#backends.size > 0
  }

  add(work: Work): void {
    this.#due.add(work)
  }

  addBackends(backends: Iterable<string>): void {
    for (const backend of backends) this.#backends.add(backend)
    this.#wake()
  }

  /** What is next; it waits no more. */
  take(): Work | undefined {
    const work = WORK.find((one) => this.#due.has(one))
    if (work) this.#due.delete(work)
    return work
  }

  takeBackends(): readonly string[] {
    const backends = [...this.#backends]
    this.#backends.clear()
    return backends
  }

  /** Does something with backends as they come, until some work is over. Resolves and rejects as that does. */
  async meanwhile<T>(work: Promise<T>, give: () => Promise<unknown>): Promise<T> {
    let isOver = false
    const over = work.finally(() => {
      isOver = true
      this.#wake()
    })
    const giving = async (): Promise<void> => {
      while (!isOver)
        if (this.#backends.size > 0) await give()
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
    }
    const [said] = await Promise.allSettled([over, giving()])
    if (said.status === 'rejected') throw said.reason
    return said.value
  }
}
