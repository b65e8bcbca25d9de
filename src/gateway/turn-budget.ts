import type { Clock } from '#clock/clock.ts'
import { type LateKinds, MinuteRoom, type WantedKinds } from './minute-room.ts'

/**
 * Which kinds of what only another configuration can say a proxy may be reloaded for, however many there are: namespaces take
 * turns, and in each what has waited for longest comes first.
 */
export class TurnBudget {
  readonly #clock: Clock
  readonly #room: MinuteRoom
  readonly #taken = new Set<string>()
  /** Since when each waits. */
  readonly #since = new Map<string, number>()
  /** Turns of namespaces, by when they came. */
  readonly #turns = new Map<string, number>()
  #turn = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#room = new MinuteRoom(clock)
  }

  /**
   * Of the kinds that are wanted, each by some namespaces, those that have to wait; `known`: those that the proxy has; one
   * that starts takes all. `againMs`: there may be room then.
   */
  waiting(known: ReadonlySet<string>, wanted: WantedKinds, isStart = false): LateKinds {
    for (const kind of this.#taken) if (!wanted.has(kind)) this.#taken.delete(kind)
    for (const kind of this.#since.keys()) if (!wanted.has(kind)) this.#since.delete(kind)
    for (const kind of wanted.keys()) {
      if (isStart || known.has(kind)) this.#taken.add(kind)
      else if (!this.#since.has(kind)) this.#since.set(kind, this.#clock.now())
    }
    const kinds = new Set([...wanted.keys()].filter((kind) => !this.#taken.has(kind)))
    while (kinds.size > 0 && this.#room.take()) {
      const [kind, namespace] = this.#next(kinds, wanted)
      kinds.delete(kind)
      this.#taken.add(kind)
      // Later than all others, again.
      this.#turns.set(namespace, ++this.#turn)
    }
    if (kinds.size === 0) this.#turns.clear()
    return { kinds, againMs: this.#room.againMs }
  }

  #next(kinds: ReadonlySet<string>, wanted: WantedKinds): readonly [string, string] {
    // The same at each proxy, as far as they have the same.
    const all = [...kinds]
      .sort()
      .flatMap((kind) =>
        Array.from(wanted.get(kind)!, (namespace) => ({ kind, namespace, turn: this.#turns.get(namespace) ?? 0 })),
      )
    all.sort((a, b) => a.turn - b.turn || this.#since.get(a.kind)! - this.#since.get(b.kind)!)
    return [all[0]!.kind, all[0]!.namespace]
  }
}
