import type { Clock } from '#clock/clock.ts'

/** New kinds that are taken at once when nothing has come for long, and how long until there is room for one more. */
const AT_ONCE = 16
const EACH_MS = 60_000
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
  readonly #clock: Clock
  /** With the namespaces that they were taken for. */
  readonly #taken = new Map<string, string>()
  #room = AT_ONCE
  #since: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.now()
  }

  /**
   * Of the kinds that are wanted, each by a namespace, those that have to wait; `known`: those that the proxy has, or had
   * before it starts. Namespaces take turns. `againMs`: there may be room then.
   */
  waiting(
    known: ReadonlySet<string>,
    wanted: ReadonlyMap<string, string>,
    isStart = false,
  ): { readonly kinds: ReadonlySet<string>; readonly againMs: number } {
    this.#fill()
    for (const kind of this.#taken.keys()) if (!wanted.has(kind)) this.#taken.delete(kind)
    const held = new Map<string, number>()
    for (const namespace of this.#taken.values()) held.set(namespace, (held.get(namespace) ?? 0) + 1)
    const kinds = new Set<string>()
    const inTurn = turnsOf(wanted)
    for (const kind of [...inTurn.filter((one) => known.has(one)), ...inTurn.filter((one) => !known.has(one))]) {
      if (this.#taken.has(kind)) continue
      const namespace = wanted.get(kind)!
      const has = held.get(namespace) ?? 0
      const isKnown = isStart || known.has(kind)
      if (this.#taken.size < MOST && has < OF_ONE && (isKnown || this.#room > 0)) {
        if (!isKnown) this.#room--
        this.#taken.set(kind, namespace)
        held.set(namespace, has + 1)
      } else kinds.add(kind)
    }
    return { kinds, againMs: this.#since + EACH_MS - this.#clock.now() }
  }

  #fill(): void {
    const more = Math.floor((this.#clock.now() - this.#since) / EACH_MS)
    if (this.#room + more >= AT_ONCE) {
      this.#room = AT_ONCE
      this.#since = this.#clock.now()
    } else {
      this.#room += more
      this.#since += more * EACH_MS
    }
  }
}

/** The first of each namespace, then the second of each: the same at each proxy, as far as they have the same. */
const turnsOf = (wanted: ReadonlyMap<string, string>): readonly string[] => {
  const byNamespace = [...Map.groupBy([...wanted.keys()].sort(), (kind) => wanted.get(kind)!)].sort(byName)
  return byNamespace
    .flatMap(([, kinds]) => kinds.map((kind, turn) => ({ kind, turn })))
    .sort((a, b) => a.turn - b.turn)
    .map(({ kind }) => kind)
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)
