import type { Clock } from '#clock/clock.ts'
import { inTurns } from '#routes/values/turns.ts'
import { AT_ONCE, type LateKinds, MinuteRoom, type WantedKinds } from './minute-room.ts'

/** Kinds that there may be together, and of these for one namespace. */
const MOST = 64
const OF_ONE = 32

/** Said of a rule whose kind has to wait. */
export const WAITS = `its requests are tried once meanwhile: of retries that nobody has asked for before the proxy takes up ${AT_ONCE} at once, then one in a minute, and has ${MOST} at most, ${OF_ONE} of one namespace`

/**
 * Which kinds of backends a proxy may be reloaded for: whoever may write a route could else have it reloaded as often as
 * they like, and each reload ends old connections sooner.
 */
export class KindBudget {
  readonly #room: MinuteRoom
  /** With the namespaces that they were taken for. */
  readonly #taken = new Map<string, string>()

  constructor(clock: Clock) {
    this.#room = new MinuteRoom(clock)
  }

  /**
   * Of the kinds that are wanted, each by some namespaces, those that have to wait; `known`: those that the proxy has, or had
   * before it starts. Namespaces take turns, and one that several want waits only where none of them has room. `againMs`: there
   * may be room then.
   */
  waiting(known: ReadonlySet<string>, wanted: WantedKinds, isStart = false): LateKinds {
    const held = new Map<string, number>()
    const heldBy = (namespace: string): number => held.get(namespace) ?? 0
    const modestFirst = byModesty(wanted)
    for (const [kind, namespace] of this.#taken) {
      const by = wanted.get(kind)
      if (by === undefined) this.#taken.delete(kind)
      else {
        const own = by.has(namespace) ? namespace : modestFirst(by)[0]!
        this.#taken.set(kind, own)
        held.set(own, heldBy(own) + 1)
      }
    }
    const kinds = new Set<string>()
    // The same at each proxy, as far as they have the same.
    const inTurn = inTurns([...wanted.keys()].sort(), (kind) => wanted.get(kind)!)
    for (const kind of [...inTurn.filter((one) => known.has(one)), ...inTurn.filter((one) => !known.has(one))]) {
      if (this.#taken.has(kind)) continue
      const namespace = modestFirst(wanted.get(kind)!).find((one) => heldBy(one) < OF_ONE)
      const isKnown = isStart || known.has(kind)
      if (namespace !== undefined && this.#taken.size < MOST && (isKnown || this.#room.take())) {
        this.#taken.set(kind, namespace)
        held.set(namespace, heldBy(namespace) + 1)
      } else kinds.add(kind)
    }
    return { kinds, againMs: this.#room.againMs }
  }
}

/** Puts namespaces in order by how many kinds they want, and by their names: it is for the first that a kind is taken. */
const byModesty = (wanted: WantedKinds) => {
  const wants = new Map<string, number>()
  for (const by of wanted.values()) for (const one of by) wants.set(one, (wants.get(one) ?? 0) + 1)
  return (namespaces: ReadonlySet<string>): readonly string[] =>
    [...namespaces].sort((a, b) => wants.get(a)! - wants.get(b)! || (a < b ? -1 : 1))
}
