import type { Backend } from '#routes/table/table.ts'
import { isMadeByRoutes, slotKind } from './slot-kind.ts'

/**
 * Which backend of a table each slot stands for: sections of the configuration that are alike but for their kind, and get
 * their servers while HAProxy runs. Only where more of a kind are wanted than there are does the configuration change.
 */
export interface Slots {
  /** How many there are, by their kinds. */
  readonly pools: ReadonlyMap<string, number>
  /** Keys of backends, by names of slots. */
  readonly taken: ReadonlyMap<string, string>
  /** Names of those that have been in use, the one that has been free for longest first. */
  readonly left: readonly string[]
}

export const NO_SLOTS: Slots = { pools: new Map(), taken: new Map(), left: [] }

/** Free ones of a pool when it is made or made larger: a quarter of those in use, and at least so many. */
const LEAST_SPARE = 8
/** A pool is made smaller where less than this share of it is in use, and it is larger than the least. */
const WASTE = 1 / 8

/**
 * Slots for backends. One that has a slot keeps it. One that is new gets a slot that has never been used, else the one
 * that has been free for longest: what has just been left may yet have requests under way for what it stood for. Pools are
 * made smaller only where `mayShrink`: each one that has to grow again is another configuration.
 */
export function assignSlots(previous: Slots, backends: ReadonlyMap<string, Backend>, mayShrink = true): Slots {
  const taken = new Map<string, string>()
  const leaving: string[] = []
  for (const [slot, key] of previous.taken) {
    const backend = backends.get(key)
    if (backend !== undefined && kindOf(slot) === slotKind(backend)) taken.set(slot, key)
    else leaving.push(slot)
  }
  const left = [...previous.left, ...leaving]
  const placed = new Set(taken.values())
  const waiting = new Map<string, string[]>()
  for (const [key, backend] of backends) {
    if (placed.has(key)) continue
    const kind = slotKind(backend)
    const keys = waiting.get(kind)
    if (keys === undefined) waiting.set(kind, [key])
    else keys.push(key)
  }
  const pools = new Map<string, number>()
  // Those that are just being left count, so that none of them is needed at once.
  const inUse = countByKind([...taken.keys(), ...leaving])
  for (const kind of new Set([...previous.pools.keys(), ...waiting.keys(), ...inUse.keys()])) {
    const keys = waiting.get(kind) ?? []
    const before = previous.pools.get(kind) ?? 0
    const roomy = poolSize(before, (inUse.get(kind) ?? 0) + keys.length, highest(taken, kind))
    const size = mayShrink ? roomy : Math.max(roomy, before)
    if (size > 0) pools.set(kind, size)
    const used = new Set(left)
    const fresh: string[] = []
    for (let number = 1; fresh.length < keys.length && number <= size; number++) {
      const slot = `${kind}-${number}`
      if (!taken.has(slot) && !used.has(slot)) fresh.push(slot)
    }
    for (const key of keys) {
      const slot =
        fresh.shift() ??
        left.splice(
          left.findIndex((one) => kindOf(one) === kind && isIn(one, size)),
          1,
        )[0]
      taken.set(slot as string, key)
    }
  }
  // Slots that nobody needs go when another configuration is read anyway: nobody shall have one read by making and deleting.
  if (![...pools].some(([kind, size]) => size > (previous.pools.get(kind) ?? 0)))
    return { pools: previous.pools, taken, left }
  for (const kind of pools.keys())
    if (isMadeByRoutes(kind) && !inUse.has(kind) && !waiting.has(kind)) pools.delete(kind)
  return { pools, taken, left: left.filter((slot) => isIn(slot, pools.get(kindOf(slot)) ?? 0)) }
}

function poolSize(previous: number, wanted: number, least: number): number {
  const roomy = wanted === 0 ? 0 : Math.max(wanted + Math.max(Math.ceil(wanted / 4), LEAST_SPARE), least)
  if (wanted > previous) return roomy
  return previous > 4 * LEAST_SPARE && wanted < previous * WASTE ? Math.max(roomy, least) : previous
}

function highest(taken: ReadonlyMap<string, string>, kind: string): number {
  let most = 0
  for (const slot of taken.keys()) if (kindOf(slot) === kind) most = Math.max(most, numberOf(slot))
  return most
}

function countByKind(slots: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const slot of slots) counts.set(kindOf(slot), (counts.get(kindOf(slot)) ?? 0) + 1)
  return counts
}

/** Whether a pool of a kind that anybody may have is smaller than before, or gone. */
export const isSmaller = ({ pools }: Slots, before: Slots): boolean =>
  [...before.pools].some(([kind, size]) => !isMadeByRoutes(kind) && (pools.get(kind) ?? 0) < size)

const numberOf = (slot: string) => Number(slot.slice(slot.lastIndexOf('-') + 1))
const kindOf = (slot: string) => slot.slice(0, slot.lastIndexOf('-'))
const isIn = (slot: string, size: number) => numberOf(slot) <= size
