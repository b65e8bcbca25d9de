import type { Clock } from '#clock/clock.ts'
import { slotKind } from '#dataplane/haproxy/slot-kind.ts'
import type { Backend, RoutingTable } from '#routes/table/table.ts'
import { IS_STRICT, listenersForAll, portsForAll, withoutAllNames } from './all-names.ts'
import { KindBudget, WAITS } from './kind-budget.ts'
import {
  HAS_FORMER,
  IS_HELD,
  largeAuthorities,
  withFormerAuthorities,
  withoutAuthorities,
} from './large-authorities.ts'
import type { WantedKinds } from './minute-room.ts'
import { kindsByNamespace, rulesTo } from './parts.ts'
import { TurnBudget } from './turn-budget.ts'

/** What a proxy has when something else is wanted of it. */
interface Before {
  /** What its configuration says, pools of backends too. */
  readonly kinds: Iterable<string>
  /** What it serves; undefined: it starts, and is reloaded for nothing. */
  readonly table: RoutingTable | undefined
}

/**
 * What of a table has to wait until a proxy may be reloaded for it, as whoever writes routes, Ingresses or certificates of
 * authorities may have it come and go; and how all is served until then.
 */
export class Waiting {
  readonly #retries: KindBudget
  readonly #others: TurnBudget
  /** Why rules and listeners are served otherwise than they say, by their ids. */
  parts: ReadonlyMap<string, string> = new Map()
  /** Keys of backends that have no endpoints until then. */
  backends: ReadonlySet<string> = new Set()
  #late: ReadonlySet<string> = new Set()

  constructor(clock: Clock) {
    this.#retries = new KindBudget(clock)
    this.#others = new TurnBudget(clock)
  }

  /**
   * The table with backends that are not tried again where retries have to wait, and with authorities of before. `againMs`: there
   * may be more room then; undefined: nothing waits.
   */
  within(whole: RoutingTable, before: Before): { readonly table: RoutingTable; readonly againMs?: number } {
    const [known, isStart] = [new Set(before.kinds), before.table === undefined]
    const retries = this.#retries.waiting(known, kindsByNamespace(whole), isStart)
    const others = this.#others.waiting(known, otherKinds(whole), isStart)
    this.#late = others.kinds
    const { table, former, held } = withFormerAuthorities(whole, others.kinds, before.table ?? whole, known)
    const once = new Set([...table.backends].flatMap(([key, one]) => (retries.kinds.has(slotKind(one)) ? [key] : [])))
    this.backends = held
    const parts = new Map(listenersForAll(whole, others.kinds).map((id) => [id, IS_STRICT]))
    for (const [backends, words] of [
      [once, WAITS],
      [former, HAS_FORMER],
      [held, IS_HELD],
    ] as const)
      for (const id of rulesTo(table, backends)) parts.set(id, parts.has(id) ? `${parts.get(id)}; ${words}` : words)
    this.parts = parts
    const waits = [retries, others].filter(({ kinds }) => kinds.size > 0).map(({ againMs }) => againMs)
    return { table: triedOnce(table, once), ...(waits.length > 0 && { againMs: Math.min(...waits) }) }
  }

  /** A table without what would be shown for all names at ports that have to wait, and what nobody is held against. */
  strict(table: RoutingTable): RoutingTable {
    return withoutAuthorities(withoutAllNames(table, this.#late), this.backends)
  }
}

/** Kinds of what only another configuration can say of a table, beside pools of backends, each by the namespaces that want it. */
export const otherKinds = (table: RoutingTable): WantedKinds =>
  new Map([...portsForAll(table), ...largeAuthorities(table)])

const triedOnce = (table: RoutingTable, keys: ReadonlySet<string>): RoutingTable => {
  if (keys.size === 0) return table
  const once = ({ retry, ...one }: Backend): Backend => one
  return {
    ...table,
    backends: new Map(Array.from(table.backends, ([key, one]) => [key, keys.has(key) ? once(one) : one])),
  }
}
