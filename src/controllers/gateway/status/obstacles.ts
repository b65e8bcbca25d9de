import { siteKey } from '#routes/site-service.ts'
import type { Origin } from '#routes/table/origin.ts'
import { type Fault, sameFault } from '#routes/values/fault.ts'

/** Of which sort it is, and the reason of the Event that tells it. */
export type Obstacle = 'DataPlaneBlocked' | 'ServiceBlocked'
/** By the keys of the sites that it is in the way of. */
type Found = ReadonlyMap<string, Fault>

/** What stands in the way of sites, as those have found who make things for them. */
export class Obstacles {
  readonly #found = new Map<Obstacle, Found>()

  /** All that there is now of one sort. True where it is another than before. */
  set(what: Obstacle, found: Found): boolean {
    const before = this.#found.get(what) ?? new Map<string, Fault>()
    this.#found.set(what, found)
    return before.size !== found.size || [...found].some(([key, fault]) => !sameFault(before.get(key), fault))
  }

  all(): readonly (readonly [what: Obstacle, site: string, fault: Fault])[] {
    return [...this.#found].flatMap(([what, found]) => [...found].map(([key, fault]) => [what, key, fault] as const))
  }

  /** What stands in the way of a site. */
  readonly at = (site: Origin): Fault | undefined => {
    for (const found of this.#found.values()) {
      const fault = found.get(siteKey(site))
      if (fault !== undefined) return fault
    }
    return undefined
  }
}
