import type { Clock } from '#clock/clock.ts'
import type { CgroupUsage } from '#runtime/runtime.ts'

/** Two looks lie at least so far apart, and count together up to here; milliseconds. */
const SHORTEST = 500
const LONGEST = 60_000
/** The earlier look is kept for so long: who asks often is told of more than a moment. */
const KEPT = 10_000

interface Look {
  readonly at: number
  readonly byPath: ReadonlyMap<string, CgroupUsage>
}

/** What is used at present. */
export interface Usage extends CgroupUsage {
  /** Of a core, in billionths; absent for what was not there at the look before. */
  readonly nanoCores?: number
}

export interface Metered {
  /** Milliseconds since 1970, and from when on it is told of. */
  readonly at: number
  readonly since: number
  readonly byPath: ReadonlyMap<string, Usage>
}

/** Tells what cgroups use, by two looks at what they have used. Nothing is looked at while nobody asks. */
export class UsageMeter {
  readonly #clock: Clock
  readonly #read: (path: string) => CgroupUsage | undefined
  #before: Look | undefined
  #running: Promise<Metered> | undefined

  constructor(clock: Clock, read: (path: string) => CgroupUsage | undefined) {
    this.#clock = clock
    this.#read = read
  }

  /** Who asks while somebody is being answered hears the same. */
  measure(paths: () => readonly string[]): Promise<Metered> {
    this.#running ??= this.#measure(paths).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #measure(paths: () => readonly string[]): Promise<Metered> {
    const now = this.#clock.now()
    let before = this.#before
    if (!before || now - before.at > LONGEST || now < before.at) {
      before = this.#look(paths())
      this.#before = before
    }
    const wait = before.at + SHORTEST - now
    if (wait > 0) await new Promise<void>((resolve) => this.#clock.after(wait, resolve))
    const look = this.#look(paths())
    if (look.at - before.at >= KEPT) this.#before = look
    return { at: look.at, since: before.at, byPath: between(before, look) }
  }

  #look(paths: readonly string[]): Look {
    const byPath = new Map<string, CgroupUsage>()
    for (const path of paths) {
      const usage = this.#read(path)
      if (usage) byPath.set(path, usage)
    }
    return { at: this.#clock.now(), byPath }
  }
}

const between = (before: Look, look: Look): ReadonlyMap<string, Usage> => {
  const milliseconds = look.at - before.at
  return new Map(
    [...look.byPath].map(([path, usage]) => {
      const used = usage.cpuNanoseconds - (before.byPath.get(path)?.cpuNanoseconds ?? Number.NaN)
      // Less than before: it is another one of the same name.
      return [path, used >= 0 ? { ...usage, nanoCores: Math.round((used * 1000) / milliseconds) } : usage]
    }),
  )
}
