import type { Random } from '#allocator/bitmap.ts'

interface Draw {
  readonly of: string
  readonly value: number | string
}

/** What one request has drawn so far, in its order. */
export type Draws = Draw[]

interface Sources {
  readonly random: Random
  readonly uuid: () => string
  readonly now: () => Date
}

/**
 * Chance, names and time, which a request that is tried again is given again: what it makes then is what it made before,
 * unless something else has changed.
 */
export class DrawSource implements Sources {
  readonly #sources: Sources
  #draws: Draws | undefined
  #next = 0

  constructor(sources: Sources) {
    this.#sources = sources
  }

  readonly random: Random = (below) => this.#draw(`below ${below}`, () => this.#sources.random(below))

  readonly uuid = (): string => this.#draw('uuid', this.#sources.uuid)

  readonly now = (): Date => {
    if (this.#draws === undefined) return this.#sources.now()
    return new Date(this.#draw('now', () => this.#sources.now().getTime()))
  }

  /** Runs `body`, which draws what these hold, as long as it asks for the same; what is new is added to them. */
  readonly replay = <T>(draws: Draws, body: () => T): T => {
    this.#draws = draws
    this.#next = 0
    try {
      return body()
    } finally {
      this.#draws = undefined
    }
  }

  #draw<V extends number | string>(of: string, fresh: () => V): V {
    const draws = this.#draws
    if (draws === undefined) return fresh()
    const known = draws[this.#next++]
    if (known?.of === of) return known.value as V
    draws.length = this.#next - 1
    const value = fresh()
    draws.push({ of, value })
    return value
  }
}
