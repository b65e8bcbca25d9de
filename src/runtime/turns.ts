/** Lets only so many pieces of work go on at once; the others wait, first come, first served. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  /** Rejects as `work` does, or with the reason of `signal` where its turn has not come by then. */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free--
    else await this.#turn(signal)
    try {
      return await work()
    } finally {
      // Handed on, not given back: who comes meanwhile is not before who waits.
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }

  /** The same, but what takes longer than that gives its turn on, and goes on itself: what hangs holds up nobody. */
  async takeAtMost<T>(milliseconds: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = Promise.withResolvers<T>()
    const turn = this.take(async () => {
      const done = work()
      done.then(result.resolve, result.reject)
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds)
      })
      await Promise.race([
        done.then(
          () => undefined,
          () => undefined,
        ),
        late,
      ])
      clearTimeout(timer)
    }, signal)
    turn.catch(result.reject)
    return await result.promise
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1)
        reject(signal?.reason)
      }
      this.#waiting.push(begin)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }
}
